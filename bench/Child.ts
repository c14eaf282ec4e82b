import { Effect, Schema } from "effect"
import type { Scope } from "effect"
import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { once } from "node:events"
import { closeSync, openSync, readFileSync } from "node:fs"

/** A measured program in a process of its own. */
export interface Child {
  /** CPU time since it was started. */
  readonly cpuMillis: Effect.Effect<number>
  readonly memory: Effect.Effect<typeof Memory.Type>
  /** Asks the program's own side of the channel; questions go one after the other. */
  readonly ask: (question: string, data?: unknown) => Effect.Effect<unknown>
  /** What it answers once, unasked, such as `ready`. */
  readonly says: (answer: string) => Effect.Effect<unknown>
}

const Memory = Schema.Struct({ residentBytes: Schema.Number, heapBytes: Schema.Number })
const Answer = Schema.Struct({ answer: Schema.String, value: Schema.optional(Schema.Unknown) })

export interface Program {
  /** A file URL. */
  readonly file: URL
  readonly environment: Readonly<Record<string, string>>
  /** Where its output goes; the last of it is shown when it ends too early. */
  readonly log: string
}

/** Ended with the scope, by SIGTERM first. A program that ends earlier is a defect of the bench. */
export const start = ({ environment, file, log }: Program): Effect.Effect<Child, never, Scope.Scope> =>
  Effect.gen(function* () {
    const child = yield* Effect.acquireRelease(
      Effect.sync(() => launch(file, environment, log)),
      running => Effect.promise(() => end(running))
    )
    const turn = yield* Effect.makeSemaphore(1)

    const says = (wanted: string) =>
      Effect.async<unknown>(resume => {
        const hear = (message: unknown) => {
          const heard = Schema.decodeUnknownSync(Answer)(message)
          if (heard.answer !== wanted) return
          forget()
          resume(Effect.succeed(heard.value))
        }
        const gone = () => {
          forget()
          resume(Effect.dieMessage(`${file.pathname} ended:\n${readFileSync(log, "utf8").slice(-2000)}`))
        }
        const forget = () => {
          child.off("message", hear)
          child.off("exit", gone)
        }
        child.on("message", hear)
        child.on("exit", gone)
        return Effect.sync(forget)
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

/** Nothing of our environment but what a process needs to run at all. */
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
  const gone = once(child, "exit")
  child.kill("SIGTERM")
  const impatience = setTimeout(() => child.kill("SIGKILL"), 11_000)
  await gone
  clearTimeout(impatience)
}
