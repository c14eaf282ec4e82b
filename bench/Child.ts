import { Effect, Schema } from "effect"
import type { Scope } from "effect"
import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { once } from "node:events"
import { closeSync, openSync, readFileSync } from "node:fs"

/** A measured program in a process of its own. */
export interface Child {
  /** CPU time since its start. */
  readonly cpuMillis: Effect.Effect<number>
  readonly memory: Effect.Effect<typeof Memory.Type>
  /** Asks the program over the channel, one question at a time. */
  readonly ask: (question: string, data?: unknown) => Effect.Effect<unknown>
  /** Waits for a message that the program sends by itself, such as `ready`. */
  readonly says: (answer: string) => Effect.Effect<unknown>
}

const Memory = Schema.Struct({ residentBytes: Schema.Number, heapBytes: Schema.Number })
const Answer = Schema.Struct({ answer: Schema.String, value: Schema.optional(Schema.Unknown) })

export interface Program {
  /** A file URL. */
  readonly file: URL
  readonly environment: Readonly<Record<string, string>>
  /** Where its output goes; if it ends too early, the bench prints the last lines. */
  readonly log: string
}

/** The program ends with the scope, by SIGTERM first. If it ends earlier, the bench dies. */
export const start = ({ environment, file, log }: Program): Effect.Effect<Child, never, Scope.Scope> =>
  Effect.gen(function* () {
    const child = yield* Effect.acquireRelease(
      Effect.sync(() => launch(file, environment, log)),
      running => Effect.promise(() => end(running))
    )
    const turn = yield* Effect.makeSemaphore(1)

    const says = (wanted: string) =>
      Effect.async<unknown>(resume => {
        const onMessage = (message: unknown) => {
          const decoded = Schema.decodeUnknownSync(Answer)(message)
          if (decoded.answer !== wanted) return
          unsubscribe()
          resume(Effect.succeed(decoded.value))
        }
        const onExit = () => {
          unsubscribe()
          resume(Effect.dieMessage(`${file.pathname} ended:\n${readFileSync(log, "utf8").slice(-2000)}`))
        }
        const unsubscribe = () => {
          child.off("message", onMessage)
          child.off("exit", onExit)
        }
        child.on("message", onMessage)
        child.on("exit", onExit)
        return Effect.sync(unsubscribe)
      })

    const ask = (question: string, data?: unknown) =>
      turn.withPermits(1)(
        Effect.zipRight(
          Effect.sync(() => child.send({ question, data })),
          says(question)
        )
      )

    return {
      ask,
      says,
      cpuMillis: Effect.map(ask("cpuMillis"), Schema.decodeUnknownSync(Schema.Number)),
      memory: Effect.map(ask("memory"), Schema.decodeUnknownSync(Memory))
    }
  })

const probe = new URL("./probe.ts", import.meta.url).href

/** Passes on only those of our variables that a process needs to run at all. */
const launch = (file: URL, environment: Program["environment"], log: string): ChildProcess => {
  const output = openSync(log, "a")
  const inherited = Object.entries(process.env).filter(([name]) => /^(PATH|HOME|TMPDIR|LANG)$/.test(name))
  const child = spawn(process.execPath, ["--import", probe, file.pathname], {
    env: { ...Object.fromEntries(inherited), NODE_ENV: "production", ...environment },
    stdio: ["ignore", output, output, "ipc"]
  })
  closeSync(output)
  return child
}

const end = async (child: ChildProcess) => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, "exit")
  child.kill("SIGTERM")
  const killTimer = setTimeout(() => child.kill("SIGKILL"), 11_000)
  await exit
  clearTimeout(killTimer)
}
