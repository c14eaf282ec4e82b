/**
 * Loaded before the program in every measured process: says over the parent's channel what the process has used so far,
 * and ends it when the parent is gone.
 */
process.on("message", (message: unknown) => {
  if (typeof message !== "object" || message === null || !("question" in message)) return
  if (message.question !== "usage") return
  const { system, user } = process.cpuUsage()
  process.send?.({
    answer: "usage",
    value: {
      cpuMillis: (user + system) / 1000,
      rssBytes: process.memoryUsage.rss(),
      heapBytes: process.memoryUsage().heapUsed
    }
  })
})
process.once("disconnect", () => process.kill(process.pid, "SIGTERM"))
// The channel is there to be asked, not to keep the process alive.
process.channel?.unref()
