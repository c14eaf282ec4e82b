/** Node loads this before the service: a killed sandbox cannot end the service, so the service ends by itself. */
process.once("disconnect", () => process.kill(process.pid, "SIGTERM"))
// The channel must not keep the process alive.
process.channel?.unref()
