import { BigDecimal, Option, Predicate } from "effect"

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
    ? wholeText(String(context.source), value)
    : value
}

/** Only digits that were written: a number that JavaScript rounds to a whole one is none. */
const wholeText = (source: string, value: number): string => {
  const zeros = /^(-?\d+)\.0+$/.exec(source)?.[1]
  if (zeros !== undefined) return zeros
  if (!Number.isSafeInteger(value) || source.length > longestRewritten || !/[.e]/i.test(source)) return source
  return Option.match(BigDecimal.fromString(source), {
    onNone: () => source,
    onSome: exact => (BigDecimal.equals(exact, BigDecimal.fromBigInt(BigInt(value))) ? String(value) : source)
  })
}

/** `10500000.0` and `1.05e7` are this short; whoever writes more digits writes a fraction. */
const longestRewritten = 40

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
