import { Effect, FiberHandle, FiberSet, Option, PubSub, Ref, Schema, Stream, SubscriptionRef } from "effect"
import type { Scope } from "effect"
import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { nodeFlags } from "./nodeFlags.ts"

/** A reader that is too slow keeps the newest. */
const mostLinesWaiting = 4096

/** The service in a process of its own, as an operator runs it; it can be killed and started again. */
export interface ServiceProcess {
  readonly status: SubscriptionRef.SubscriptionRef<ServiceStatus>
  /** The newest 400, oldest first. */
  readonly log: SubscriptionRef.SubscriptionRef<ReadonlyArray<LogLine>>
  /** Every line from now on. */
  readonly lines: Stream.Stream<LogLine>
  /** Does nothing if the process runs. */
  readonly start: Effect.Effect<void>
  /** Sends SIGTERM, as an orchestrator does. Returns when the process is gone. */
  readonly stop: Effect.Effect<void>
  /** Sends `kill -9`. Returns when the process is gone. */
  readonly kill: Effect.Effect<void>
  /** Returns when the service is ready; fails with its last log lines if it ends instead. */
  readonly ready: Effect.Effect<void, ServiceEnded>
}

export interface ServiceStatus {
  /** `ready` from the first ready answer to the end of the process; `readiness` says how it is now. */
  readonly phase: "starting" | "ready" | "stopped"
  readonly pid: number | undefined
  /** The last status of `/readyz` (`ok`, `degraded`, `unavailable`); undefined if it did not answer. */
  readonly readiness: string | undefined
  /** The last checks of `/readyz`. */
  readonly checks: Readonly<Record<string, string>>
  /** Exit code or signal of the process that ended last. */
  readonly ended: string | undefined
}

const Fields = Schema.Record({ key: Schema.String, value: Schema.Unknown })

const LogJson = Schema.parseJson(
  Schema.Struct(
    {
      timestamp: Schema.String,
      level: Schema.String,
      message: Schema.String,
      trace_id: Schema.optional(Schema.String)
    },
    Fields
  )
)
export type LogLine = typeof LogJson.Type

export class ServiceEnded extends Schema.TaggedError<ServiceEnded>("mochi/sandbox/ServiceEnded")(
  "ServiceEnded",
  { lastWords: Schema.String }
) {
  override get message() {
    return `The service ended: ${this.lastWords}`
  }
}

export interface ServiceOptions {
  readonly url: string
  readonly environment: Readonly<Record<string, string>>
  /** The working directory. The service reads a file `.env` there, so it must not be where people keep their own. */
  readonly folder: string
}

/** Does not start the process. It ends with the scope, and by itself if the sandbox is killed. */
export const make = ({
  environment,
  folder,
  url
}: ServiceOptions): Effect.Effect<ServiceProcess, never, Scope.Scope> =>
  Effect.gen(function* () {
    const status = yield* SubscriptionRef.make<ServiceStatus>(nothingRuns)
    const log = yield* SubscriptionRef.make<ReadonlyArray<LogLine>>([])
    const published = yield* PubSub.sliding<LogLine>(mostLinesWaiting)
    const running = yield* Ref.make(Option.none<ChildProcess>())
    const turn = yield* Effect.makeSemaphore(1)
    const watch = yield* FiberHandle.make()
    const run = yield* FiberSet.makeRuntime<never>()

    const append = (text: string) => {
      const line = logLineOf(text)
      return SubscriptionRef.update(log, lines => [...lines, line].slice(-400)).pipe(
        Effect.zipRight(PubSub.publish(published, line))
      )
    }

    const start = Effect.gen(function* () {
      if (Option.isSome(yield* Ref.get(running))) return
      const child = launch(folder, environment)
      yield* Ref.set(running, Option.some(child))
      for (const stream of [child.stdout, child.stderr])
        if (stream !== null) createInterface({ input: stream }).on("line", line => run(append(line)))
      child.once("error", error => run(append(error.message)))
      child.once("close", (code, signal) => {
        run(
          Effect.gen(function* () {
            yield* FiberHandle.clear(watch)
            yield* Ref.set(running, Option.none())
            yield* SubscriptionRef.set(status, { ...nothingRuns, ended: signal ?? `exit code ${code}` })
          })
        )
      })
      yield* SubscriptionRef.update(
        status,
        (before): ServiceStatus => ({ ...before, phase: "starting", pid: child.pid })
      )
      yield* FiberHandle.run(watch, keepAsking(url, status))
    })

    const end = (signal: "SIGTERM" | "SIGKILL") =>
      Effect.gen(function* () {
        const child = yield* Ref.get(running)
        if (Option.isNone(child)) return
        yield* Effect.promise(() => endChild(child.value, signal))
        yield* status.changes.pipe(
          Stream.filter(({ phase }) => phase === "stopped"),
          Stream.runHead
        )
      })

    yield* Effect.addFinalizer(() => turn.withPermits(1)(end("SIGTERM")))
    return {
      status,
      log,
      lines: Stream.fromPubSub(published),
      start: turn.withPermits(1)(start),
      stop: turn.withPermits(1)(end("SIGTERM")),
      kill: turn.withPermits(1)(end("SIGKILL")),
      ready: status.changes.pipe(
        Stream.filter(({ phase }) => phase !== "starting"),
        Stream.runHead,
        Effect.flatMap(found =>
          Option.exists(found, ({ phase }) => phase === "ready")
            ? Effect.void
            : Effect.flatMap(
                SubscriptionRef.get(log),
                lines => new ServiceEnded({ lastWords: wordsOf(lines) })
              )
        )
      )
    }
  })

const nothingRuns: ServiceStatus = {
  phase: "stopped",
  pid: undefined,
  readiness: undefined,
  checks: {},
  ended: undefined
}

/** Starts it in a session of its own: Ctrl-C then reaches only the sandbox, which ends the service in order. */
const launch = (folder: string, environment: ServiceOptions["environment"]): ChildProcess =>
  spawn(process.execPath, [...nodeFlags, "--import", preload, mainFile], {
    cwd: folder,
    env: { ...inherited(), ...environment },
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"]
  })

const preload = new URL("./endWithParent.ts", import.meta.url).href
const mainFile = fileURLToPath(new URL("../src/main.ts", import.meta.url))

/** Passes on only what a process needs to run at all, and the settings of OpenTelemetry. */
export const inherited = () =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => /^(PATH|HOME|TMPDIR|LANG|TZ|OTEL_\w+)$/.test(name))
  )

/** The service promises to end within ten seconds after SIGTERM. */
const endChild = async (child: ChildProcess, signal: "SIGTERM" | "SIGKILL") => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, "exit")
  child.kill(signal)
  const killTimer = setTimeout(() => child.kill("SIGKILL"), 12_000)
  await exit
  clearTimeout(killTimer)
}

const Report = Schema.Struct({
  status: Schema.String,
  checks: Schema.Record({ key: Schema.String, value: Schema.String })
})

/** Asks `/readyz` for ever: every 50 ms until the service is ready, then once a second. */
const keepAsking = (url: string, status: SubscriptionRef.SubscriptionRef<ServiceStatus>) =>
  Effect.gen(function* () {
    const answer = yield* ask(url).pipe(Effect.option)
    yield* SubscriptionRef.updateSome(status, before => {
      const after: ServiceStatus = {
        ...before,
        phase: Option.exists(answer, ({ ok }) => ok) ? "ready" : before.phase,
        readiness: Option.getOrUndefined(Option.map(answer, ({ report }) => report.status)),
        checks: Option.match(answer, { onNone: () => ({}), onSome: ({ report }) => report.checks })
      }
      return JSON.stringify(after) === JSON.stringify(before) ? Option.none() : Option.some(after)
    })
    const { phase } = yield* SubscriptionRef.get(status)
    yield* Effect.sleep(phase === "starting" ? "50 millis" : "1 second")
  }).pipe(Effect.forever)

const ask = (url: string) =>
  Effect.tryPromise(async signal => {
    const response = await fetch(`${url}/readyz`, { signal })
    return { ok: response.ok, body: await response.json() }
  }).pipe(
    Effect.timeout("3 seconds"),
    Effect.flatMap(({ body, ok }) =>
      Effect.map(Schema.decodeUnknown(Report)(body), report => ({ ok, report }))
    )
  )

/** A line that is not JSON comes from before the logger started. */
const logLineOf = (line: string): LogLine =>
  Option.getOrElse(Schema.decodeUnknownOption(LogJson)(line), () => ({
    timestamp: new Date().toISOString(),
    level: "raw",
    message: line
  }))

const wordsOf = (lines: ReadonlyArray<LogLine>) =>
  lines
    .slice(-12)
    .map(({ error, level, message }) => [level, message, error ?? ""].join(" ").trim())
    .join("\n") || "it logged nothing"
