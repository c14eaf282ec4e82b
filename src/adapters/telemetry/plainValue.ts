import { Cause, Option, Redacted } from "effect"
import { shortened } from "../../domain/plainText.ts"

export type Plain =
  | string
  | number
  | boolean
  | null
  | ReadonlyArray<Plain>
  | { readonly [key: string]: Plain }

/**
 * Any value that somebody logs, as JSON can carry it. Never throws, ends on cycles, keeps secrets redacted; undefined for
 * an absent value.
 */
export const plainValue = (value: unknown): Plain | undefined => {
  try {
    return plain(value, [])
  } catch {
    return "[unreadable]"
  }
}

/** `name: message`, then the cause; no stack. */
export const errorText = (error: unknown): string => {
  try {
    return shortened(textOf(error, 0), longestText)
  } catch {
    return "[unreadable]"
  }
}

/** One sentence for each failure; a defect also says where the code threw it, since nobody foresaw it. */
export const causeText = (cause: Cause.Cause<unknown>): string => {
  const failures = Array.from(Cause.failures(cause), errorText)
  const defects = Array.from(Cause.defects(cause), defect => errorText(defect) + placeOf(defect))
  const all = [...failures, ...defects]
  return all.length === 0 ? "interrupted" : shortened(all.join("; "), longestText)
}

const deepest = 6
const widest = 100
/** UTF-16 units of one text. */
const longestText = 8_000

const plain = (value: unknown, above: ReadonlyArray<unknown>): Plain | undefined => {
  switch (typeof value) {
    case "string":
      return shortened(value, longestText)
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
        return value === undefined ? [] : [[shortened(String(key), longestText), value] as const]
      })
  )

const textOf = (error: unknown, depth: number): string => {
  if (!(error instanceof Error)) {
    const value = plainValue(error)
    return typeof value === "string" ? value : (JSON.stringify(value) ?? "undefined")
  }
  const { name } = error
  const cause = Option.isOption(error.cause) ? Option.getOrUndefined(error.cause) : error.cause
  const message = isGenerated(error.message) ? fieldsOf(error) : error.message
  const own = message === "" || message === name ? name : `${name}: ${message}`
  const isKnown = !(cause instanceof Error) || depth >= 3 || own.includes(cause.message)
  return isKnown ? own : `${own} (caused by ${textOf(cause, depth + 1)})`
}

/** Whether Effect made the message, for a tagged error without one: the error's fields as they are. */
const isGenerated = (message: string): boolean => /^\{ .*\}$/s.test(message)

/** `reason Unavailable, status 503`. */
const fieldsOf = (error: Error): string =>
  Object.entries(error)
    .filter(([key]) => !ofEveryError.has(key))
    .flatMap(([key, field]) => {
      const value = plainValue(field)
      if (value === undefined || value === null) return []
      return [`${key} ${typeof value === "object" ? JSON.stringify(value) : String(value)}`]
    })
    .join(", ")

const ofEveryError = new Set(["_tag", "name", "message", "stack", "cause"])

/** The first line of the stack that is in our own code, from its folder on. */
const placeOf = (defect: unknown): string => {
  const stack = defect instanceof Error ? (defect.stack ?? "") : ""
  const place = /\/((?:src|sandbox|test|bench)\/[^\s():]{1,200}:\d+)/.exec(stack)?.[1]
  return place === undefined ? "" : ` (at ${place})`
}
