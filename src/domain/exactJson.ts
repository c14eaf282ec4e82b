import { BigDecimal, Option, Predicate } from "effect"
import { parseDecimal } from "./TokenAmount.ts"

/**
 * JSON whose numbers arrive as the text in which they are written, since a JavaScript number would change large ids, amounts
 * and prices; whole ones without the point or the exponent that some backends add. None for a text that is not JSON, or is
 * nested too deeply to read.
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
  return typeof value === "number" && Predicate.hasProperty(context, "source")
    ? apart(wholeText(String(context.source), value))
    : value
}

/** JavaScript hands out a slice of the whole text, and the slice would keep all of that text in memory. */
const apart = (source: string): unknown => JSON.parse(`"${source}"`)

/** Only digits of the text itself: a number that JavaScript would round to a whole one is not whole. */
const wholeText = (source: string, value: number): string => {
  const zeros = /^(-?\d+)\.0+$/.exec(source)?.[1]
  if (zeros !== undefined) return zeros
  if (!Number.isSafeInteger(value) || !/^[^.e]{1,100}[.e]/i.test(source)) return source
  const isExact = Option.exists(parseDecimal(source), BigDecimal.equals(BigDecimal.fromBigInt(BigInt(value))))
  return isExact ? String(value) : source
}

/**
 * JSON whose numbers stay numbers, so that a number in the place of a text can be seen; only whole numbers that a JavaScript
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
