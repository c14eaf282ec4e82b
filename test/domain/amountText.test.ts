import { it } from "@effect/vitest"
import { BigDecimal, FastCheck as fc, Option } from "effect"
import { describe, expect } from "vitest"
import {
  formatAmount,
  formatUsd,
  formatUsdText,
  fromDecimalText,
  parseDecimal
} from "../../src/domain/TokenAmount.ts"
import * as Oracle from "./amountOracle.ts"

import { balance, typedAmount } from "./amountArbitraries.ts"
const price = (text: string) => BigDecimal.fromString(text)
const usdc = { baseUnits: 2_500_750_000n, decimals: 6 }

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

  it("of USD has two decimals, and a comma between groups of three digits alone (C1)", () => {
    for (const [text, usd] of [
      ["$10.50", "10.50"],
      [" 10.5 ", "10.50"],
      ["$1,000.50", "1000.50"],
      ["1e3", "1000.00"],
      ["0.005", "0.01"]
    ] as const)
      expect([text, formatUsdText(text)]).toEqual([text, Option.some(usd)])
    for (const text of [
      "$10,50",
      "0,125",
      "$00,001",
      "1,5",
      "-5",
      "$-5",
      "",
      "$",
      "n/a",
      "9".repeat(101),
      `1${",000".repeat(50)}`
    ])
      expect([text, formatUsdText(text)]).toEqual([text, Option.none()])
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
