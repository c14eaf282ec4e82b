import { ROOT_CONTEXT, trace, TraceFlags } from "@opentelemetry/api"
import type { LoggerProvider } from "@opentelemetry/sdk-logs"
import { Logger, Option } from "effect"
import { logEntry } from "./logEntry.ts"
import type { Plain } from "./plainValue.ts"
import type { Scrub } from "./scrub.ts"

/** Log lines as OpenTelemetry's records, with the same words as on stdout and bound to their span. */
export const otlpLogger = (provider: LoggerProvider, scrub: Scrub): Logger.Logger<unknown, void> => {
  const records = provider.getLogger("mochi-discord")
  return Logger.make(call => {
    const { at, fields, level, message, span } = logEntry(call)
    records.emit({
      timestamp: at,
      severityText: level,
      severityNumber: severities[level] ?? 9,
      body: scrub(message),
      attributes: Object.fromEntries(
        Object.entries(fields).map(([key, value]) => [key, attributeOf(value, scrub)])
      ),
      context: Option.match(span, {
        onNone: () => ROOT_CONTEXT,
        onSome: ({ sampled, spanId, traceId }) =>
          trace.setSpanContext(ROOT_CONTEXT, {
            traceId,
            spanId,
            traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE
          })
      })
    })
  })
}

/** OpenTelemetry's severity numbers. */
const severities: Readonly<Record<string, number>> = {
  trace: 1,
  debug: 5,
  info: 9,
  warn: 13,
  error: 17,
  fatal: 21
}

const attributeOf = (value: Plain, scrub: Scrub): string | number | boolean => {
  if (typeof value === "number" || typeof value === "boolean") return value
  return scrub(typeof value === "string" ? value : JSON.stringify(value))
}
