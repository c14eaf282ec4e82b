import { Effect, Runtime } from "effect"
import type { Signal, SignalHealth } from "../../ports/ExportHealth.ts"
import { unsafeMonotonicMillis } from "../../context/monotonic.ts"

/** What the exporters of the three signals have in common. */
interface Exporter<Batch> {
  export(batch: Batch, done: (result: ExportResult) => void): void
}

interface ExportResult {
  /** 0 is success. */
  readonly code: number
  readonly error?: Error
}

export interface ExportWatch {
  readonly signals: Effect.Effect<Readonly<Record<Signal, SignalHealth>>>
  readonly expect: (signal: Signal) => void
  readonly succeeded: (signal: Signal) => void
  readonly failed: (signal: Signal, error: unknown) => void
  /** Watches how each export ends. The SDK sees only successes: it would repeat every failure with its stack. */
  readonly over: <Batch, E extends Exporter<Batch>>(signal: Signal, exporter: E) => E
}

/** Logs a failure when it begins, once a minute while it lasts, and when it ends. */
export const make: Effect.Effect<ExportWatch> = Effect.gen(function* () {
  // The loggers below this layer: one that exports would try to export the failure of an export.
  const runtime = yield* Effect.runtime()
  const clock = yield* Effect.clock
  const states: Record<Signal, State> = { traces: off, metrics: off, logs: off }

  const failed: ExportWatch["failed"] = (signal, error) => {
    const now = unsafeMonotonicMillis(clock)
    const before = states[signal]
    const since = before.state === "failing" ? before.since : clock.unsafeCurrentTimeMillis()
    const isNews = before.state !== "failing" || now - before.loggedAt >= 60_000
    const reason = reasonOf(error)
    const failures = before.state === "failing" ? before.failures + 1 : 1
    states[signal] = {
      state: "failing",
      since,
      loggedAt: isNews || before.state !== "failing" ? now : before.loggedAt,
      failures,
      reason
    }
    if (isNews)
      Runtime.runFork(runtime)(
        Effect.annotateLogs(Effect.logWarning("telemetry_export_failed"), { signal, reason, failures })
      )
  }

  const succeeded: ExportWatch["succeeded"] = signal => {
    const before = states[signal]
    states[signal] = { state: "ok" }
    if (before.state === "failing")
      Runtime.runFork(runtime)(
        Effect.annotateLogs(Effect.logInfo("telemetry_export_recovered"), {
          signal,
          failures: before.failures
        })
      )
  }

  return {
    failed,
    succeeded,
    expect: signal => {
      states[signal] = { state: "waiting" }
    },
    over: (signal, exporter) => {
      const send = exporter.export.bind(exporter)
      exporter.export = (batch, done) =>
        send(batch, result => {
          if (result.code === 0) succeeded(signal)
          else failed(signal, result.error)
          done({ code: 0 })
        })
      return exporter
    },
    signals: Effect.sync(() => ({
      traces: healthOf(states.traces),
      metrics: healthOf(states.metrics),
      logs: healthOf(states.logs)
    }))
  }
})

type State =
  | { readonly state: "off" | "waiting" | "ok" }
  | {
      readonly state: "failing"
      /** Of the wall clock. */
      readonly since: number
      /** Of the monotonic clock. */
      readonly loggedAt: number
      readonly failures: number
      readonly reason: string
    }

const off: State = { state: "off" }

const healthOf = (state: State): SignalHealth =>
  state.state === "failing"
    ? { state: "failing", since: new Date(state.since).toISOString(), reason: state.reason }
    : { state: state.state }

/** A status or a code: the message of an error may name addresses and repeat the other side's answer. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return "unknown"
  const first = error instanceof AggregateError ? error.errors[0] : error
  const code: unknown = first instanceof Error && "code" in first ? first.code : undefined
  if (typeof code === "number") return statusName(code)
  if (typeof code === "string") return code
  if (/time(d )?out/i.test(error.message)) return "timeout"
  return error.cause === undefined ? error.name : reasonOf(error.cause)
}

/** A gRPC exporter fails with gRPC's own status, which is no HTTP status by its number. */
const statusName = (code: number): string => {
  const name = grpcStatuses[code]
  return name === undefined ? `HTTP ${code}` : `gRPC ${code} ${name}`
}

const grpcStatuses: ReadonlyArray<string> = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED"
]
