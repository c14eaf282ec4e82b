import { BigDecimal, FastCheck as fc, Option } from "effect"
import { describe, expect, it } from "vitest"
import { parseJson, parseTypedJson } from "../../src/domain/exactJson.ts"
import { parseDecimal } from "../../src/domain/TokenAmount.ts"

/** What a number becomes by JavaScript's own parser, which hands out the text of each. */
const revived = (
  text: string,
  becomes: (value: number, source: string) => unknown
): Option.Option<unknown> => {
  try {
    return Option.some(
      JSON.parse(text, (_key, value: unknown, ...rest: ReadonlyArray<unknown>) =>
        typeof value === "number" ? becomes(value, (rest[0] as { readonly source: string }).source) : value
      )
    )
  } catch {
    return Option.none()
  }
}

const whole = (value: number, source: string): string => {
  const zeros = /^(-?\d+)\.0+$/.exec(source)?.[1]
  if (zeros !== undefined) return zeros
  if (!Number.isSafeInteger(value) || !/[.e]/i.test(source)) return source
  const isExact = Option.exists(parseDecimal(source), BigDecimal.equals(BigDecimal.fromBigInt(BigInt(value))))
  return isExact ? String(value) : source
}

const large = (value: number, source: string): unknown =>
  Number.isInteger(value) && !Number.isSafeInteger(value) ? whole(value, source) : value

const digits = fc.stringMatching(/^(0|[1-9]\d{0,24})$/)
const number = fc
  .tuple(
    fc.constantFrom("", "-"),
    digits,
    fc.option(fc.stringMatching(/^\d{1,20}$/), { nil: undefined }),
    fc.option(fc.stringMatching(/^[eE][+-]?\d{1,3}$/), { nil: undefined })
  )
  .map(
    ([sign, before, after, exponent]) =>
      `${sign}${before}${after === undefined ? "" : `.${after}`}${exponent ?? ""}`
  )
const text = fc
  .string({ unit: fc.constantFrom(...'ab1.-:,{}[]\\"e0 é\n') })
  .map(value => JSON.stringify(value))
const space = fc.constantFrom("", " ", "\n", "\t ")

const { json } = fc.letrec<{ json: string; list: string; object: string }>(tie => ({
  json: fc.oneof(
    { depthSize: "small" },
    number,
    text,
    fc.constantFrom("true", "false", "null"),
    tie("list"),
    tie("object")
  ),
  list: fc
    .tuple(fc.array(tie("json"), { maxLength: 4 }), space)
    .map(([items, gap]) => `[${gap}${items.join(`${gap},${gap}`)}${gap}]`),
  object: fc
    .tuple(fc.array(fc.tuple(text, tie("json")), { maxLength: 4 }), space)
    .map(
      ([fields, gap]) => `{${fields.map(([key, value]) => `${gap}${key}${gap}:${gap}${value}`).join(",")}}`
    )
}))

/** The same with one character taken out, put in or replaced, which nearly always is JSON no more. */
const broken = fc
  .tuple(json, fc.nat(), fc.constantFrom("", ...'"\\-0.e1,:[]{} a'), fc.nat({ max: 1 }))
  .map(([valid, where, put, taken]) => {
    const at = where % (valid.length + 1)
    return valid.slice(0, at) + put + valid.slice(at + taken)
  })

describe("Exact JSON", () => {
  it("is what JavaScript's parser reads, but for the numbers, and is none where that reads nothing", () => {
    fc.assert(
      fc.property(fc.oneof(json, broken), source => {
        expect(parseJson(source)).toEqual(revived(source, whole))
        expect(parseTypedJson(source)).toEqual(revived(source, large))
      }),
      { numRuns: 3000 }
    )
  })

  it.each(["1", "-0", "1.0", "1e2", "1.50", "0.99999999999999999999", "1e400", "9007199254740993", "12e-1"])(
    "reads %s as it is written, or as the whole number that it is",
    source => {
      expect(parseJson(`[${source}]`)).toEqual(revived(`[${source}]`, whole))
      expect(parseTypedJson(`[${source}]`)).toEqual(revived(`[${source}]`, large))
    }
  )

  it.each([
    "{1:2}",
    '{1 :"a"}',
    "01",
    "1.",
    ".5",
    "-",
    "+1",
    "1 2",
    '"a"1',
    "1a",
    "[1,]",
    '"\\',
    '"a\\"',
    "\u00a01"
  ])("is none for %s", source => {
    expect(parseJson(source)).toEqual(Option.none())
    expect(parseTypedJson(source)).toEqual(Option.none())
  })

  it("goes down 500 levels and no further", () => {
    const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`
    expect(Option.isSome(parseJson(nested(500)))).toBe(true)
    expect(parseJson(nested(501))).toEqual(Option.none())
  })
})
