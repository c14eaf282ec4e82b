import { Effect } from "effect"
import type { Scope } from "effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:net"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { untilReady } from "../e2e/world.ts"

/** The service as an operator runs it: a process of its own, which can be killed. */
export interface ServiceProcess {
  readonly pid: number
  readonly url: string
  /** What it wrote so far. Lines that are no JSON stand as their own message. */
  readonly log: () => ReadonlyArray<LogLine>
  /** Returns once `/readyz` answers 200; fails with the last lines of the log where that does not come. */
  readonly ready: Effect.Effect<void, Error>
  /** At once, in the middle of whatever it does. */
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
    const child = spawn(process.execPath, [mainFile], {
      env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", ...environment },
      stdio: ["ignore", "pipe", "pipe"]
    })
    const exited = once(child, "exit")
    const lines: Array<LogLine> = []
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on("line", line => lines.push(logLine(line)))

    const end: ServiceProcess["end"] = signal =>
      Effect.promise(async () => {
        const begun = Date.now()
        child.kill(signal)
        await exited
        return { code: child.exitCode, millis: Date.now() - begun }
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

/** A port that nobody listened on a moment ago. */
export const freePort: Effect.Effect<number> = Effect.async(resume => {
  const server = createServer()
  server.listen(0, "127.0.0.1", () => {
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    server.close(() => resume(Effect.succeed(port)))
  })
})

const mainFile = fileURLToPath(new URL("../../src/main.ts", import.meta.url))

const logLine = (text: string): LogLine => {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed === "object" && parsed !== null)
      return { message: "", ...Object.fromEntries(Object.entries(parsed)) }
  } catch {
    // Said before there was a logger.
  }
  return { message: text }
}
