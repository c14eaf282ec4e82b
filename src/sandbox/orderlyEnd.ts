import { NodeRuntime } from "@effect/platform-node"
import { Cause, Console, Effect, Exit } from "effect"

/**
 * Runs until it is done, or until a signal: however many come, to this process or to its whole group, they are one
 * orderly end, after which nothing of what it made is left. npm hands Ctrl-C on, so that it always comes twice. An
 * exception that nobody caught ends it in the same order, with exit code 1. Code 0 otherwise, unless the work has set another.
 */
export const runToOrderlyEnd = <E>(work: Effect.Effect<void, E>): void => {
  // The first one interrupts; without a listener the next would kill.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {})
  // Closing the terminal ends everything just as Ctrl-C does.
  process.on("SIGHUP", interrupt)
  // A closed terminal reads nothing any more.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {})
  process.on("uncaughtException", error => {
    console.error(error)
    process.exitCode = 1
    interrupt()
  })
  const told = Effect.tapErrorCause(work, cause =>
    Cause.isInterruptedOnly(cause) ? Effect.void : Console.error(Cause.pretty(cause))
  )
  NodeRuntime.runMain(told, {
    disableErrorReporting: true,
    disablePrettyLogger: true,
    teardown: (exit, onExit) => {
      const failed = Exit.isFailure(exit) && !Cause.isInterruptedOnly(exit.cause)
      onExit(failed ? 1 : Number(process.exitCode ?? 0))
    }
  })
}

const interrupt = () => {
  process.kill(process.pid, "SIGTERM")
}
