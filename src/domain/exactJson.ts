import { BigDecimal, Option, Predicate } from "effect"
import { parseDecimal } from "./TokenAmount.ts"

/**
 * JSON whose numbers arrive as the text they were written in, since a JavaScript number would change large ids, amounts
 * and prices; whole ones without a point or an exponent, which backends add. None for what is no JSON, or is nested too
 * deeply to read.
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

/** What JavaScript hands out is a piece of the whole text, and would keep all of it for as long as it is kept. */
const apart = (source: string): unknown => JSON.parse(`"${source}"`)

/** Only digits that were written: a number that JavaScript rounds to a whole one is none. */
const wholeText = (source: string, value: number): string => {
  const zeros = /^(-?\d+)\.0+$/.exec(source)?.[1]
  if (zeros !== undefined) return zeros
  if (!Number.isSafeInteger(value) || !/^[^.e]{1,100}[.e]/i.test(source)) return source
  const isExact = Option.exists(parseDecimal(source), BigDecimal.equals(BigDecimal.fromBigInt(BigInt(value))))
  return isExact ? String(value) : source
}

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
