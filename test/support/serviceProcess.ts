import { Effect } from "effect"
import type { Scope } from "effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { nodeFlags } from "../../sandbox/nodeFlags.ts"
import { untilReady } from "../e2e/world.ts"
import { nodeNeeds } from "./nodeNeeds.ts"

/** The service as an operator runs it: a process of its own, which can be killed. */
export interface ServiceProcess {
  readonly pid: number
  readonly url: string
  /** The log so far. A line that is not JSON becomes a log line with that message. */
  readonly log: () => ReadonlyArray<LogLine>
  /** Returns when `/readyz` answers 200; fails with the last lines of the log if it does not. */
  readonly ready: Effect.Effect<void, Error>
  /** Kills the service at once, in the middle of its work. */
  readonly killNow: () => void
  readonly end: (signal: "SIGTERM" | "SIGKILL") => Effect.Effect<Ended>
}

export type LogLine = Readonly<Record<string, unknown>> & { readonly message: string }

export interface Ended {
  /** Null after a kill. */
  readonly code: number | null
  readonly millis: number
}

/** Starts `src/main.ts` with this environment and nothing else; it ends with the scope at the latest. */
export const start = (
  environment: Readonly<Record<string, string>>
): Effect.Effect<ServiceProcess, never, Scope.Scope> =>
  Effect.gen(function* () {
    const child = spawn(process.execPath, [...nodeFlags, mainFile], {
      env: { ...nodeNeeds, ...environment },
      stdio: ["ignore", "pipe", "pipe"]
    })
    const exited = once(child, "exit")
    const lines: Array<LogLine> = []
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on("line", line => lines.push(logLine(line)))

    const end: ServiceProcess["end"] = signal =>
      Effect.promise(async () => {
        const signalledAt = Date.now()
        child.kill(signal)
        await exited
        return { code: child.exitCode, millis: Date.now() - signalledAt }
      })
    yield* Effect.addFinalizer(() => end("SIGKILL"))

    const url = `http://127.0.0.1:${environment["PORT"]}`
    return {
      pid: child.pid ?? 0,
      url,
      log: () => lines,
      ready: Effect.mapError(
        untilReady(url),
        () => new Error(`not ready: ${JSON.stringify(lines.slice(-8), null, 1)}`)
      ),
      killNow: () => child.kill("SIGKILL"),
      end
    }
  })

const mainFile = fileURLToPath(new URL("../../src/main.ts", import.meta.url))

const logLine = (text: string): LogLine => {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed === "object" && parsed !== null)
      return { message: "", ...Object.fromEntries(Object.entries(parsed)) }
  } catch {
    // The line comes from before the logger started.
  }
  return { message: text }
}
