/**
 * Node loads this before the program in every measured process: it reports over the channel what the process has used,
 * and ends it when the parent is gone.
 */
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

const answers: Readonly<Record<string, () => unknown>> = {
  cpuMillis: () => {
    const { system, user } = process.cpuUsage()
    return (user + system) / 1000
  },
  residentBytes: () => process.memoryUsage.rss(),
  heapBytes: () => {
    setFlagsFromString("--expose-gc")
    runInNewContext("gc")()
    return process.memoryUsage().heapUsed
  }
}

process.on("message", (message: unknown) => {
  if (typeof message !== "object" || message === null || !("question" in message)) return
  const { question } = message
  const answer = typeof question === "string" ? answers[question] : undefined
  if (answer !== undefined) process.send?.({ answer: question, value: answer() })
})
process.once("disconnect", () => process.kill(process.pid, "SIGTERM"))
// The channel must not keep the process alive.
process.channel?.unref()
