import { Option, Predicate } from "effect"

/**
 * JSON whose numbers arrive as the text they were written in, since a JavaScript number would change large ids, amounts
 * and prices. None for what is no JSON, or is nested too deeply to read.
 */
export const parseJson = (text: string): Option.Option<unknown> => {
  try {
    return Option.some(JSON.parse(text, keepNumberText))
  } catch {
    return Option.none()
  }
}

const keepNumberText = (_key: string, value: unknown, ...rest: ReadonlyArray<unknown>): unknown => {
  const [context] = rest
  return typeof value === "number" && Predicate.hasProperty(context, "source") ? apart(context.source) : value
}

/** What JavaScript hands out is a piece of the whole text, and would keep all of it for as long as it is kept. */
const apart = (source: unknown): unknown => (typeof source === "string" ? JSON.parse(`"${source}"`) : source)

/**
 * JSON whose numbers stay numbers, so that a number where text belongs can be told; only whole numbers that a JavaScript
 * number would change arrive as the text they were written in.
 */
export const parseTypedJson = (text: string): Option.Option<unknown> => {
  try {
    return Option.some(JSON.parse(text, keepLargeText))
  } catch {
    return Option.none()
  }
}

const keepLargeText = (key: string, value: unknown, ...rest: ReadonlyArray<unknown>): unknown =>
  Number.isInteger(value) && !Number.isSafeInteger(value) ? keepNumberText(key, value, ...rest) : value
