import { BigDecimal, Option } from "effect"
import { parseDecimal } from "./TokenAmount.ts"

/** Nobody's answer or webhook nests lists and objects deeper than this. */
const deepestNesting = 500

/**
 * JSON whose numbers arrive as the text in which they are written, since a JavaScript number would change large ids, amounts
 * and prices; whole ones without the point or the exponent that some backends add. None for a text that is not JSON, or is
 * nested too deeply to read.
 */
export const parseJson = (text: string): Option.Option<unknown> => parse(text, wholeText)

/**
 * JSON whose numbers stay numbers, so that a number in the place of a text can be seen; only whole numbers that a JavaScript
 * number would change arrive as the text they were written in.
 */
export const parseTypedJson = (text: string): Option.Option<unknown> => parse(text, largeText)

/** What a number as it is written becomes: another text, or undefined for a JavaScript number. */
type Reading = (written: string) => string | undefined

/** Rewrites the numbers to texts and lets JavaScript read the rest: a reviver would cost six times as much. */
const parse = (text: string, reading: Reading): Option.Option<unknown> => {
  try {
    return Option.map(Option.fromNullable(rewritten(text, reading)), json => JSON.parse(json))
  } catch {
    return Option.none()
  }
}

/** None for some texts that are no JSON; all other such texts are none afterwards either. */
const rewritten = (text: string, reading: Reading): string | undefined => {
  let done = ""
  let copied = 0
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === quote) {
      at = endOfText(text, at)
      if (at < 0) return undefined
    } else if (unit === minus || (unit >= zero && unit <= nine)) {
      number.lastIndex = at
      const written = number.exec(text)?.[0]
      if (written === undefined || isKey(text, at + written.length)) return undefined
      const read = reading(written)
      if (read !== undefined) {
        done += `${text.slice(copied, at)}"${read}"`
        copied = at + written.length
      }
      at += written.length - 1
    } else if (unit === openList || unit === openObject) {
      depth += 1
      if (depth > deepestNesting) return undefined
    } else if (unit === closeList || unit === closeObject) {
      depth -= 1
    }
  }
  return copied === 0 ? text : done + text.slice(copied)
}

const [quote, minus, zero, nine, colon] = [0x22, 0x2d, 0x30, 0x39, 0x3a] as const
const [openList, closeList, openObject, closeObject, backslash] = [0x5b, 0x5d, 0x7b, 0x7d, 0x5c] as const
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y

/** The place of the quote that ends the text which begins at `start`; -1 if none does. */
const endOfText = (text: string, start: number): number => {
  let end = start
  for (;;) {
    end = text.indexOf('"', end + 1)
    let escapes = end
    while (escapes > start && text.charCodeAt(escapes - 1) === backslash) escapes -= 1
    if ((end - escapes) % 2 === 0) return end
  }
}

/** No number may stand where a key does; a text may. */
const isKey = (text: string, end: number): boolean => {
  let at = end
  while (/\s/.test(text.charAt(at))) at += 1
  return text.charCodeAt(at) === colon
}

/** Only digits of the text itself: a number that JavaScript would round to a whole one is not whole. */
const wholeText: Reading = written => {
  if (!/[.eE]/.test(written)) return written
  const zeros = /^(-?\d+)\.0+$/.exec(written)?.[1]
  if (zeros !== undefined) return zeros
  const value = Number(written)
  if (!Number.isSafeInteger(value) || !/^[^.e]{1,100}[.e]/i.test(written)) return written
  const isExact = Option.exists(
    parseDecimal(written),
    BigDecimal.equals(BigDecimal.fromBigInt(BigInt(value)))
  )
  return isExact ? String(value) : written
}

const largeText: Reading = written => {
  const value = Number(written)
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? wholeText(written) : undefined
}
