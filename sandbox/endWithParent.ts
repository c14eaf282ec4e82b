/** Loaded before the service in its process: a sandbox that was killed cannot end it any more, so it ends by itself. */
process.once("disconnect", () => process.kill(process.pid, "SIGTERM"))
// The channel is there to break, not to keep the process alive.
process.channel?.unref()
