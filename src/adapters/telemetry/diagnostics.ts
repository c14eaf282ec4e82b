import { diag, DiagLogLevel } from "@opentelemetry/api"
import { Effect, Runtime } from "effect"
import type { Scope } from "effect"
import { unsafeMonotonicMillis } from "../../context/monotonic.ts"
import type { Scrub } from "./scrub.ts"

const longestDetail = 500
/** Milliseconds between two lines about the same thing. */
const loggedEvery = 60_000
/** Different messages; with one more, the process forgets them all and may log them again. */
const mostRemembered = 100

/** The telemetry SDK speaks through the service's logger, and says the same thing at most once a minute. */
export const diagnosticsThrough = (scrub: Scrub): Effect.Effect<void, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.gen(function* () {
      const runtime = yield* Effect.runtime()
      const clock = yield* Effect.clock
      const lastLogged = new Map<string, number>()
      const logging = (log: Effect.Effect<void>) => (line: string) => {
        const detail = scrub(messageIn(line)).slice(0, longestDetail)
        const now = unsafeMonotonicMillis(clock)
        if (now - (lastLogged.get(detail) ?? Number.NEGATIVE_INFINITY) < loggedEvery) return
        if (lastLogged.size >= mostRemembered) lastLogged.clear()
        lastLogged.set(detail, now)
        Runtime.runFork(runtime)(Effect.annotateLogs(log, { detail }))
      }
      const warn = logging(Effect.logWarning("telemetry_diagnostic"))
      const silent = () => {}
      diag.setLogger(
        { error: warn, warn, info: silent, debug: silent, verbose: silent },
        { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true }
      )
    }),
    () => Effect.sync(() => diag.disable())
  )

/** The SDK writes an error as JSON, stack and all. */
const messageIn = (line: string): string => {
  try {
    const parsed: unknown = JSON.parse(line)
    const isError = typeof parsed === "object" && parsed !== null && "message" in parsed
    return isError ? String(parsed.message) : line
  } catch {
    return line
  }
}
