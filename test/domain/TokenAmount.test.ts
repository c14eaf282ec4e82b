import { it } from "@effect/vitest"
import { BigDecimal, Either, FastCheck as fc, Option } from "effect"
import { describe, expect } from "vitest"
import { type AmountFault, parseAmountInput, resolveAmount } from "../../src/domain/TokenAmount.ts"
import * as Oracle from "./amountOracle.ts"
import { balance, typedAmount, usdPrice } from "./amountArbitraries.ts"

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
    ["0.0000000001%", "NotPositive"],
    ["00.5", 500_000n],
    ["1,500", 1_500_000_000n],
    ["100,000", "OverBalance"],
    ["1,000.25", 1_000_250_000n],
    ["$1,500", "NoPrice"],
    ["0.5", 500_000n]
  ] as const)("typed as %j means %s base units of USDC (C1)", (typed, expected) => {
    expect(mean(typed, usdc)).toBe(expected)
  })

  it.each([
    ["$10", "2512.34", 18, 3_980_352_977_702_062n],
    ["$1k", "0.5", 0, 2_000n],
    ["$0.01", "3", 2, "NotPositive"],
    ["$10", "0", 6, "NoPrice"],
    ["$1,000.25", "1", 2, 100_025n]
  ] as const)(
    "in USD is rounded down to the decimals of the token (%#)",
    (typed, usd, decimals, expected) => {
      expect(mean(typed, { baseUnits: 10n ** 40n, decimals }, price(usd))).toBe(expected)
    }
  )

  it("of an empty balance is over it, percentages included", () => {
    for (const typed of ["1", "all", "half", "50%", "1%"]) {
      expect(mean(typed, { baseUnits: 0n, decimals: 6 })).toBe("OverBalance")
    }
  })

  it.each(["100.5%", "199%", "100.0000001%"])(
    "of %s is over the balance, also where rounding hides it",
    typed => {
      expect(mean(typed, { baseUnits: 1n, decimals: 0 })).toBe("OverBalance")
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
      "10,00,000",
      "0,500",
      "0,125",
      "00,001",
      "01,000",
      "000,000",
      "0,000",
      "$0,500",
      "0,100k",
      "0,5",
      "1,5",
      "1,50",
      ",5",
      ",500",
      "0,500.5",
      "0,500%",
      "012,345"
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
  ])("is not %j (C1)", typed => {
    expect(parseAmountInput(typed)).toEqual(Option.none())
  })
})

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

  it("ends quickly, also at 6000 characters and far beyond (A2)", () => {
    const started = performance.now()
    for (const typed of [
      "9".repeat(6000),
      `${"9,999".repeat(1200)}`,
      `0.${"0".repeat(5990)}1k`,
      "1".repeat(5999) + "x",
      ",".repeat(6000),
      "1".repeat(1_000_000),
      `1${",000".repeat(250_000)}`,
      `1${",000".repeat(250_000)}x`,
      `.${"0".repeat(1_000_000)}1%`,
      " ".repeat(1_000_000) + "x",
      "9".repeat(6000) + "%"
    ]) {
      expect(typeof mean(typed, usdc)).toBe("string")
    }
    expect(performance.now() - started).toBeLessThan(1000)
  })
})
