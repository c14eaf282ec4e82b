import { Cause, Option, Redacted } from "effect"

export type Plain =
  | string
  | number
  | boolean
  | null
  | ReadonlyArray<Plain>
  | { readonly [key: string]: Plain }

/**
 * Whatever was logged, as JSON can carry it. Never throws, ends on cycles, keeps what is redacted redacted; undefined
 * for what is not there.
 */
export const plainValue = (value: unknown): Plain | undefined => {
  try {
    return plain(value, [])
  } catch {
    return "[unreadable]"
  }
}

/** `name: message`, then what caused it; no stack. */
export const errorText = (error: unknown): string => {
  try {
    return textOf(error, 0)
  } catch {
    return "[unreadable]"
  }
}

/** One sentence a failure; a defect also says where it was thrown, since nobody foresaw it. */
export const causeText = (cause: Cause.Cause<unknown>): string => {
  const failures = Array.from(Cause.failures(cause), errorText)
  const defects = Array.from(Cause.defects(cause), defect => errorText(defect) + placeOf(defect))
  const all = [...failures, ...defects]
  return all.length === 0 ? "interrupted" : all.join("; ")
}

const deepest = 6
const widest = 100

const plain = (value: unknown, above: ReadonlyArray<unknown>): Plain | undefined => {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value
    case "number":
      return Number.isFinite(value) ? value : String(value)
    case "undefined":
      return undefined
    case "bigint":
    case "symbol":
      return String(value)
    case "function":
      return "[function]"
    case "object":
      if (value === null) return null
      if (above.includes(value)) return "[circular]"
      if (above.length >= deepest) return "[deeper]"
      return structure(value, [...above, value])
  }
}

const structure = (value: object, above: ReadonlyArray<unknown>): Plain | undefined => {
  if (Redacted.isRedacted(value)) return "<redacted>"
  if (Option.isOption(value)) return Option.isSome(value) ? plain(value.value, above) : undefined
  if (Cause.isCause(value)) return causeText(value)
  if (value instanceof Error) return errorText(value)
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString()
  if ("toJSON" in value && typeof value.toJSON === "function") return plain(value.toJSON(), above)
  if (value instanceof Map) return entriesOf(value, above)
  if (Array.isArray(value) || value instanceof Set)
    return Array.from(value)
      .slice(0, widest)
      .map(item => plain(item, above) ?? null)
  return entriesOf(Object.entries(value), above)
}

const entriesOf = (entries: Iterable<readonly [unknown, unknown]>, above: ReadonlyArray<unknown>): Plain =>
  Object.fromEntries(
    Array.from(entries)
      .slice(0, widest)
      .flatMap(([key, item]) => {
        const value = plain(item, above)
        return value === undefined ? [] : [[String(key), value] as const]
      })
  )

const textOf = (error: unknown, depth: number): string => {
  if (!(error instanceof Error)) {
    const value = plainValue(error)
    return typeof value === "string" ? value : (JSON.stringify(value) ?? "undefined")
  }
  const { name } = error
  const cause = Option.isOption(error.cause) ? Option.getOrUndefined(error.cause) : error.cause
  const message = messageOf(error)
  const own = message === "" || message === name ? name : `${name}: ${message}`
  const isKnown = !(cause instanceof Error) || depth >= 3 || own.includes(cause.message)
  return isKnown ? own : `${own} (caused by ${textOf(cause, depth + 1)})`
}

/** An error that has fields instead of a message would print them as a program writes them, options and all. */
const messageOf = (error: Error): string => {
  if (!("_tag" in error) || !error.message.startsWith("{ ")) return error.message
  const fields = Object.entries(error).flatMap(([field, content]) => {
    const value = unsaid.has(field) ? undefined : plainValue(content)
    return value === undefined
      ? []
      : [`${field} ${typeof value === "string" ? value : JSON.stringify(value)}`]
  })
  return fields.join(", ")
}

const unsaid: ReadonlySet<string> = new Set(["_tag", "name", "message", "stack", "cause"])

/** The first line of the stack that is the service's own, from its folder on. */
const placeOf = (defect: unknown): string => {
  const stack = defect instanceof Error ? (defect.stack ?? "") : ""
  const place = /\/((?:src|test|bench)\/[^\s():]+:\d+)/.exec(stack)?.[1]
  return place === undefined ? "" : ` (at ${place})`
}
