import { it } from "@effect/vitest"
import { BigDecimal, Either, FastCheck as fc, Option } from "effect"
import { describe, expect } from "vitest"
import {
  type AmountFault,
  formatAmount,
  formatUsd,
  fromDecimalText,
  parseAmountInput,
  parseDecimal,
  resolveAmount
} from "../../src/domain/TokenAmount.ts"
import * as Oracle from "./amountOracle.ts"

const price = (text: string) => BigDecimal.fromString(text)
const noPrice = Option.none<BigDecimal.BigDecimal>()

/** What `typed` means for a balance: base units, or the name of the fault. */
const mean = (
  typed: string,
  balance: { readonly baseUnits: bigint; readonly decimals: number },
  usd: Option.Option<BigDecimal.BigDecimal> = noPrice
): bigint | AmountFault["_tag"] | "Malformed" =>
  Option.match(parseAmountInput(typed), {
    onNone: () => "Malformed" as const,
    onSome: input =>
      Either.match(resolveAmount(input, balance, usd), {
        onLeft: fault => fault._tag,
        onRight: amount => amount.baseUnits
      })
  })

const usdc = { baseUnits: 2_500_750_000n, decimals: 6 }

describe("An amount", () => {
  it.each([
    ["10", 10_000_000n],
    ["10.5", 10_500_000n],
    [".5", 500_000n],
    ["1,000.25", 1_000_250_000n],
    ["1.5k", 1_500_000_000n],
    ["1.5K", 1_500_000_000n],
    ["0.001M", 1_000_000_000n],
    ["  7  ", 7_000_000n],
    ["007", 7_000_000n],
    ["1.0000000", 1_000_000n],
    ["0.0000001k", 100n],
    ["1,000k", "OverBalance"],
    ["all", 2_500_750_000n],
    ["ALL", 2_500_750_000n],
    ["Half", 1_250_375_000n],
    ["50%", 1_250_375_000n],
    ["100%", 2_500_750_000n],
    [".1%", 2_500_750n],
    ["33.333333333%", 833_583_333n],
    ["100.000001%", "OverBalance"],
    ["2500.750001", "OverBalance"],
    ["0.0000001", "TooManyDecimals"],
    ["9999999999.0000001", "TooManyDecimals"],
    ["$10", "NoPrice"],
    ["0.0000000001%", "NotPositive"]
  ] as const)("typed as %j means %s base units of USDC", (typed, expected) => {
    expect(mean(typed, usdc)).toBe(expected)
  })

  it.each([
    ["$10", "2512.34", 18, 3_980_352_977_702_062n],
    ["$1k", "0.5", 0, 2_000n],
    ["$0.01", "3", 2, "NotPositive"],
    ["$10", "0", 6, "NoPrice"],
    ["$1,000.25", "1", 2, 100_025n]
  ] as const)(
    "typed as %j at a price of %s is rounded down to %d decimals",
    (typed, usd, decimals, expected) => {
      expect(mean(typed, { baseUnits: 10n ** 40n, decimals }, price(usd))).toBe(expected)
    }
  )

  it.each([
    ...[
      "",
      " ",
      "0",
      "0.0",
      "0%",
      "$0",
      "0k",
      "-1",
      "+1",
      "1.",
      ".",
      "1..5",
      "1,00",
      "1,0000",
      ",100",
      "10,00,000"
    ],
    ...[
      "1e3",
      "1E3",
      "0x10",
      "Infinity",
      "NaN",
      "∞",
      "½",
      "١٢",
      "１０",
      "1 000",
      "1_000",
      "1k5",
      "1kk",
      "k",
      "$",
      "%"
    ],
    ...[
      "$-1",
      "-$1",
      "$all",
      "all%",
      "$5%",
      "50%%",
      "5k%",
      "10$",
      "1b",
      "1t",
      "half%",
      "1\u00a0000",
      "1\n2",
      "null"
    ],
    ...[
      "1,000,00.5",
      "1.000,5",
      "1,234.5,6",
      "𝟏",
      "1\u200b",
      "--1",
      "(1)",
      "1n",
      "true",
      "all all",
      "0b1",
      "1/2",
      // the Kelvin sign, whose lower case is k
      "1\u212a"
    ]
  ])("is not %j", typed => {
    expect(parseAmountInput(typed)).toEqual(Option.none())
  })
})

/** Strings near the grammar, since random text hardly ever is an amount. */
const digits = fc.string({ unit: fc.constantFrom(..."0123456789"), maxLength: 45 })
const grouped = fc
  .tuple(fc.integer({ min: 0, max: 1234 }), fc.array(fc.integer({ min: 0, max: 1099 }), { maxLength: 5 }))
  .map(([first, rest]) => [first, ...rest.map(part => part.toString().padStart(3, "0"))].join(","))
const typedAmount = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(
        fc.constantFrom("", "", "", "", " ", "$", "$", "-", "0x"),
        fc.oneof(digits, grouped),
        fc.oneof(
          fc.constant(""),
          fc.constant("."),
          digits.map(fraction => `.${fraction}`),
          fc.constant(".5,0")
        ),
        fc.constantFrom("", "", "", "", " ", "k", "M", "%", "%", "e5", "kk", "k%", "٣")
      )
      .map(parts => parts.join(""))
  },
  {
    weight: 2,
    arbitrary: fc.string({
      unit: fc.constantFrom(..."0123456789.,kKmM%$ -+eEx∞allhf٣\u212a\n\u00a0"),
      maxLength: 12
    })
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 30 }) },
  { weight: 1, arbitrary: fc.constantFrom("all", "half", "ALL", " Half ") },
  { weight: 1, arbitrary: fc.double().map(String) }
)
const balance = fc.record({
  baseUnits: fc.oneof(fc.bigInt({ min: 0n, max: 10n ** 78n }), fc.bigInt({ min: 0n, max: 1000n })),
  decimals: fc.integer({ min: 0, max: 36 })
})
const usdPrice = fc.option(
  fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 24n }), fc.integer({ min: 0, max: 24 })),
  { nil: undefined }
)

describe("Whatever is typed", () => {
  it("never crashes, and means exactly what an independent reading says", () => {
    const seen: Record<string, number> = {}
    fc.assert(
      fc.property(typedAmount, balance, usdPrice, (typed, held, usd) => {
        const meant = mean(
          typed,
          held,
          Option.map(Option.fromNullable(usd), ([value, scale]) => BigDecimal.make(value, scale))
        )
        const kind = typeof meant === "bigint" ? "Amount" : meant
        seen[kind] = (seen[kind] ?? 0) + 1
        expect(meant).toBe(Oracle.meaning(typed, held, usd))
        if (typeof meant === "bigint") {
          expect(meant > 0n && meant <= held.baseUnits).toBe(true)
        }
      }),
      { numRuns: 20_000 }
    )
    // the strings reach every branch, or the comparison above says little
    for (const kind of ["Amount", "Malformed", "NoPrice", "TooManyDecimals", "OverBalance", "NotPositive"]) {
      expect([kind, (seen[kind] ?? 0) > 50]).toEqual([kind, true])
    }
  })

  it("ends quickly, also at 6000 characters", () => {
    const started = performance.now()
    for (const typed of [
      "9".repeat(6000),
      `${"9,999".repeat(1200)}`,
      `0.${"0".repeat(5990)}1k`,
      "1".repeat(5999) + "x",
      ",".repeat(6000)
    ]) {
      expect(typeof mean(typed, usdc)).toBe("string")
    }
    expect(performance.now() - started).toBeLessThan(1000)
  })
})

describe("An answer's amount", () => {
  it.each([
    [10_500_000n, 6, "10.5"],
    [0n, 18, "0"],
    [1n, 36, `0.${"0".repeat(35)}1`],
    [10n ** 60n, 36, `1${"0".repeat(24)}`],
    [1200n, 0, "1200"],
    [1_234_567_890n, 2, "12345678.9"]
  ] as const)("of %s at %d decimals reads %s", (baseUnits, decimals, expected) => {
    expect(formatAmount({ baseUnits, decimals })).toBe(expected)
  })

  it("is read back as the same amount, for 0 to 36 decimals", () => {
    fc.assert(
      fc.property(balance, amount => {
        const text = formatAmount(amount)
        expect(text).toBe(Oracle.plain(amount.baseUnits, amount.decimals))
        expect(text).toMatch(/^(0|[1-9]\d*)(\.\d*[1-9])?$/)
        expect(fromDecimalText(text, amount.decimals)).toEqual(Option.some(amount))
      }),
      { numRuns: 5000 }
    )
  })

  it("in USD has two decimals, half up", () => {
    expect(formatUsd(usdc, BigDecimal.unsafeFromString("1"))).toBe("2500.75")
    expect(formatUsd({ baseUnits: 1n, decimals: 0 }, BigDecimal.unsafeFromString("0.005"))).toBe("0.01")
    expect(formatUsd({ baseUnits: 1n, decimals: 0 }, BigDecimal.unsafeFromString("0.00499999"))).toBe("0.00")
    fc.assert(
      fc.property(
        balance,
        fc.bigInt({ min: 0n, max: 10n ** 24n }),
        fc.integer({ min: 0, max: 24 }),
        (amount, value, scale) => {
          expect(formatUsd(amount, BigDecimal.make(value, scale))).toBe(
            Oracle.usd(amount.baseUnits * value, amount.decimals + scale)
          )
        }
      ),
      { numRuns: 5000 }
    )
  })
})

describe("A decimal in a webhook", () => {
  it("is taken exactly, and none where it is finer than the token", () => {
    expect(fromDecimalText("10.5", 6)).toEqual(Option.some({ baseUnits: 10_500_000n, decimals: 6 }))
    expect(fromDecimalText("10.500000000", 6)).toEqual(Option.some({ baseUnits: 10_500_000n, decimals: 6 }))
    for (const text of ["0.0000001", "-1", "1e3", "1.", ".5", "", "1,000", " 1", "0x1", "Infinity"]) {
      expect([text, fromDecimalText(text, 6)]).toEqual([text, Option.none()])
    }
  })

  it("never crashes", () => {
    fc.assert(
      fc.property(typedAmount, fc.integer({ min: 0, max: 36 }), (text, decimals) => {
        expect(Option.isOption(fromDecimalText(text, decimals))).toBe(true)
        expect(Option.isOption(parseDecimal(text))).toBe(true)
      }),
      { numRuns: 10_000 }
    )
  })

  it("of a price may have an exponent, and nothing stranger", () => {
    const same = (text: string, plain: string) =>
      Option.zipWith(parseDecimal(text), price(plain), BigDecimal.equals).pipe(Option.getOrElse(() => false))
    expect(same("1e-7", "0.0000001")).toBe(true)
    expect(same("2.5E+3", "2500")).toBe(true)
    for (const text of ["", "1.", ".5", "1e", "1e9999", "Infinity", "NaN", "0x10", "1,000", " 1"]) {
      expect([text, parseDecimal(text)]).toEqual([text, Option.none()])
    }
  })
})
