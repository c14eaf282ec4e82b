import { Cause, Context, FiberRef, FiberRefs, HashMap, List, Tracer } from "effect"
import type { Logger, LogLevel, Option } from "effect"
import { causeText, errorText, type Plain, plainValue } from "./plainValue.ts"

export interface LogEntry {
  readonly at: Date
  readonly level: string
  readonly message: string
  /** The span in which the code logged it. */
  readonly span: Option.Option<Tracer.AnySpan>
  /** Annotations, durations of log spans, further arguments, and `error` for a cause. */
  readonly fields: Readonly<Record<string, Plain>>
}

/** One log call as data, whatever its arguments are. */
export const logEntry = (call: Logger.Logger.Options<unknown>): LogEntry => {
  const [message, ...rest] = Array.isArray(call.message) ? call.message : [call.message]
  const fields: Record<string, Plain> = {}
  for (const [key, value] of HashMap.entries(call.annotations)) put(fields, key, value)
  for (const { label, startTime } of List.toArray(call.spans))
    put(fields, `${label}_ms`, call.date.getTime() - startTime)
  const errors = rest.filter(isError).map(errorText)
  const others = rest.filter(item => !isError(item))
  if (others.length > 0) put(fields, "details", others.length === 1 ? others[0] : others)
  if (message instanceof Error) errors.unshift(errorText(message))
  if (!Cause.isEmpty(call.cause)) errors.push(causeText(call.cause))
  if (errors.length > 0) put(fields, "error", [...new Set(errors)].join("; "))
  return {
    at: call.date,
    level: levelName(call.logLevel),
    message: messageText(message),
    span: Context.getOption(FiberRefs.getOrDefault(call.context, FiberRef.currentContext), Tracer.ParentSpan),
    fields
  }
}

const reserved: ReadonlySet<string> = new Set(["timestamp", "level", "message", "trace_id", "span_id"])

/** An annotation does not overwrite a field that every line has. */
const put = (fields: Record<string, Plain>, key: string, value: unknown): void => {
  const plain = plainValue(value)
  if (plain !== undefined) fields[reserved.has(key) ? `${key}_` : key] = plain
}

const isError = (item: unknown): boolean => item instanceof Error || Cause.isCause(item)

const messageText = (message: unknown): string => {
  if (message instanceof Error) return message.name
  const value = plainValue(message)
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "")
}

/** The words of `LOG_LEVEL`. */
const levelName = (level: LogLevel.LogLevel): string =>
  level._tag === "Warning" ? "warn" : level._tag.toLowerCase()
