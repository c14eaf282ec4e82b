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
  readonly residentBytes: Effect.Effect<number>
  /** Collects garbage first. */
  readonly heapBytes: Effect.Effect<number>
  /** Asks the program over the channel, one question at a time. */
  readonly ask: (question: string, data?: unknown) => Effect.Effect<unknown>
  /** Waits for a message that the program sends by itself, such as `ready`. */
  readonly says: (answer: string) => Effect.Effect<unknown>
}

const Answer = Schema.Struct({ answer: Schema.String, value: Schema.optional(Schema.Unknown) })

export interface Program {
  /** For Node: options, then the file, as absolute paths. */
  readonly arguments: ReadonlyArray<string>
  /** The working directory. A service reads a file `.env` there, so it must not be where people keep their own. */
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
  /** Where its output goes; if it ends too early, the bench prints the last lines. */
  readonly log: string
}

/** The end of what the program has printed. */
export const lastWords = ({ log }: Program): string => readFileSync(log, "utf8").slice(-2000)

/** The program ends with the scope, by SIGTERM first. If it ends earlier, the bench dies. */
export const start = (program: Program): Effect.Effect<Child, never, Scope.Scope> =>
  Effect.gen(function* () {
    const child = yield* Effect.acquireRelease(
      Effect.sync(() => launch(program)),
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
          resume(Effect.dieMessage(`${program.arguments.at(-1)} ended:\n${lastWords(program)}`))
        }
        const unsubscribe = () => {
          child.off("message", onMessage)
          child.off("exit", onExit)
        }
        child.on("message", onMessage)
        child.on("exit", onExit)
        if (hasEnded(child)) onExit()
        return Effect.sync(unsubscribe)
      })

    const ask = (question: string, data?: unknown) =>
      turn.withPermits(1)(
        Effect.zipRight(
          Effect.sync(() => child.send({ question, data })),
          says(question)
        )
      )

    const askNumber = (question: string) => Effect.map(ask(question), Schema.decodeUnknownSync(Schema.Number))

    return {
      ask,
      says,
      cpuMillis: askNumber("cpuMillis"),
      residentBytes: askNumber("residentBytes"),
      heapBytes: askNumber("heapBytes")
    }
  })

const probe = new URL("./probe.ts", import.meta.url).href

/** Passes on only those of our variables that a process needs to run at all. */
const launch = (program: Program): ChildProcess => {
  const output = openSync(program.log, "a")
  const inherited = Object.entries(process.env).filter(([name]) => /^(PATH|HOME|TMPDIR|LANG)$/.test(name))
  const child = spawn(process.execPath, ["--import", probe, ...program.arguments], {
    cwd: program.folder,
    env: { ...Object.fromEntries(inherited), NODE_ENV: "production", ...program.environment },
    stdio: ["ignore", output, output, "ipc"]
  })
  closeSync(output)
  return child
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null

const end = async (child: ChildProcess) => {
  if (hasEnded(child)) return
  const exit = once(child, "exit")
  child.kill("SIGTERM")
  const killTimer = setTimeout(() => child.kill("SIGKILL"), 11_000)
  await exit
  clearTimeout(killTimer)
}
