import { Effect, FiberHandle, FiberSet, Option, PubSub, Ref, Schema, Stream, SubscriptionRef } from "effect"
import type { Scope } from "effect"
import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

/** For whoever reads them too slowly: the newest stay. */
const mostLinesWaiting = 4096

/** The service's own process, as an operator would run it: it can be killed and started again. */
export interface ServiceProcess {
  readonly status: SubscriptionRef.SubscriptionRef<ServiceStatus>
  /** The newest 400, oldest first. */
  readonly log: SubscriptionRef.SubscriptionRef<ReadonlyArray<LogLine>>
  /** Every line from now on, however many. */
  readonly lines: Stream.Stream<LogLine>
  /** Nothing happens while it runs. */
  readonly start: Effect.Effect<void>
  /** As an orchestrator ends it: SIGTERM. Returns when it is gone. */
  readonly stop: Effect.Effect<void>
  /** `kill -9`. Returns when it is gone. */
  readonly kill: Effect.Effect<void>
  /** Returns when it is ready; fails with its last words when it ends instead. */
  readonly ready: Effect.Effect<void, ServiceEnded>
}

export interface ServiceStatus {
  /** `ready` from its first ready answer to its end; how it has been since is its readiness. */
  readonly phase: "starting" | "ready" | "stopped"
  readonly pid: number | undefined
  /** What `/readyz` said last, as a whole (`ok`, `degraded`, `unavailable`); undefined where it did not answer. */
  readonly readiness: string | undefined
  /** The same in parts. */
  readonly checks: Readonly<Record<string, string>>
  /** Of the process before, or of the one that ended: an exit code or the signal. */
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
  /** Where it runs: a file `.env` there would be read, so it must not be where somebody keeps their own. */
  readonly folder: string
}

/** Not started yet. Ends with the scope, and by itself should this process be killed. */
export const make = ({
  environment,
  folder,
  url
}: ServiceOptions): Effect.Effect<ServiceProcess, never, Scope.Scope> =>
  Effect.gen(function* () {
    const status = yield* SubscriptionRef.make<ServiceStatus>(nothingRuns)
    const log = yield* SubscriptionRef.make<ReadonlyArray<LogLine>>([])
    const said = yield* PubSub.sliding<LogLine>(mostLinesWaiting)
    const running = yield* Ref.make(Option.none<ChildProcess>())
    const turn = yield* Effect.makeSemaphore(1)
    const watch = yield* FiberHandle.make()
    const run = yield* FiberSet.makeRuntime<never>()

    const wrote = (text: string) => {
      const line = logLineOf(text)
      return SubscriptionRef.update(log, lines => [...lines, line].slice(-400)).pipe(
        Effect.zipRight(PubSub.publish(said, line))
      )
    }

    const start = Effect.gen(function* () {
      if (Option.isSome(yield* Ref.get(running))) return
      const child = launch(folder, environment)
      yield* Ref.set(running, Option.some(child))
      for (const stream of [child.stdout, child.stderr])
        if (stream !== null) createInterface({ input: stream }).on("line", line => run(wrote(line)))
      child.once("error", error => run(wrote(error.message)))
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
      lines: Stream.fromPubSub(said),
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

/** In a session of its own, so that Ctrl-C reaches us alone and we end it in order. */
const launch = (folder: string, environment: ServiceOptions["environment"]): ChildProcess =>
  spawn(process.execPath, ["--import", preload, mainFile], {
    cwd: folder,
    env: { ...inherited(), ...environment },
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"]
  })

const preload = new URL("./endWithParent.ts", import.meta.url).href
const mainFile = fileURLToPath(new URL("../src/main.ts", import.meta.url))

/** What a process needs to run at all, and where telemetry goes if somebody wants to see it. Nothing else passes. */
export const inherited = () =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => /^(PATH|HOME|TMPDIR|LANG|TZ|OTEL_\w+)$/.test(name))
  )

/** SIGTERM is promised to be enough within ten seconds. */
const endChild = async (child: ChildProcess, signal: "SIGTERM" | "SIGKILL") => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, "exit")
  child.kill(signal)
  const impatience = setTimeout(() => child.kill("SIGKILL"), 12_000)
  await gone
  clearTimeout(impatience)
}

const Report = Schema.Struct({
  status: Schema.String,
  checks: Schema.Record({ key: Schema.String, value: Schema.String })
})

/** Never ends: `/readyz` closely until the service is ready, then once a second. */
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

/** What is no log line was said before there was a logger. */
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
    .join("\n") || "it said nothing"
