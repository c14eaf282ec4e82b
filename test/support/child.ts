import { Effect } from "effect"
import type { Scope } from "effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"

export interface Child {
  readonly pid: number
  /** The next line that the process prints. */
  readonly line: Effect.Effect<string>
  /** Sends the signal, waits for the end and returns the exit code; null after a kill. */
  readonly end: (signal: "SIGTERM" | "SIGKILL") => Effect.Effect<number | null>
}

/** Runs a TypeScript file in a process of its own, which ends with the scope at the latest. */
export const start = (
  file: string,
  ...args: ReadonlyArray<string>
): Effect.Effect<Child, never, Scope.Scope> =>
  Effect.gen(function* () {
    const process_ = spawn(process.execPath, [file, ...args], { stdio: ["ignore", "pipe", "inherit"] })
    const exited = once(process_, "exit")
    const lines = createInterface({ input: process_.stdout })[Symbol.asyncIterator]()
    const end: Child["end"] = signal =>
      Effect.promise(async () => {
        process_.kill(signal)
        await exited
        return process_.exitCode
      })
    yield* Effect.addFinalizer(() => end("SIGKILL"))
    return {
      pid: process_.pid ?? 0,
      end,
      line: Effect.promise(async () => {
        const next = await lines.next()
        return next.done === true ? `ended with ${process_.exitCode}` : next.value
      })
    }
  })
