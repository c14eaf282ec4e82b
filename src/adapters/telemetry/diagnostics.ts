import { diag, DiagLogLevel } from "@opentelemetry/api"
import { Effect, Runtime } from "effect"
import type { Scope } from "effect"
import { unsafeMonotonicMillis } from "../../context/monotonic.ts"
import type { Scrub } from "./scrub.ts"

const longestDetail = 500
/** Milliseconds between two words on the same thing. */
const toldEvery = 60_000
/** Different things; with one more all are forgotten, and may be told again. */
const mostRemembered = 100

/** What the telemetry SDK has to say goes through the service's logger, and the same thing at most once a minute. */
export const diagnosticsThrough = (scrub: Scrub): Effect.Effect<void, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.gen(function* () {
      const runtime = yield* Effect.runtime()
      const clock = yield* Effect.clock
      const lastTold = new Map<string, number>()
      const tell = (log: Effect.Effect<void>) => (said: string) => {
        const detail = scrub(messageIn(said)).slice(0, longestDetail)
        const now = unsafeMonotonicMillis(clock)
        if (now - (lastTold.get(detail) ?? Number.NEGATIVE_INFINITY) < toldEvery) return
        if (lastTold.size >= mostRemembered) lastTold.clear()
        lastTold.set(detail, now)
        Runtime.runFork(runtime)(Effect.annotateLogs(log, { detail }))
      }
      const warn = tell(Effect.logWarning("telemetry_diagnostic"))
      const silent = () => {}
      diag.setLogger(
        { error: warn, warn, info: silent, debug: silent, verbose: silent },
        { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true }
      )
    }),
    () => Effect.sync(() => diag.disable())
  )

/** The SDK writes an error as JSON, stack and all. */
const messageIn = (said: string): string => {
  try {
    const parsed: unknown = JSON.parse(said)
    const isError = typeof parsed === "object" && parsed !== null && "message" in parsed
    return isError ? String(parsed.message) : said
  } catch {
    return said
  }
}
