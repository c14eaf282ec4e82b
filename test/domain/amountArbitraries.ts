import { FastCheck as fc } from "effect"

/** Strings near the grammar, since random text hardly ever is an amount. */
const digits = fc.string({ unit: fc.constantFrom(..."0123456789"), maxLength: 45 })
const grouped = fc
  .tuple(fc.integer({ min: 0, max: 1234 }), fc.array(fc.integer({ min: 0, max: 1099 }), { maxLength: 5 }))
  .map(([first, rest]) => [first, ...rest.map(part => part.toString().padStart(3, "0"))].join(","))
export const typedAmount = fc.oneof(
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
export const balance = fc.record({
  baseUnits: fc.oneof(fc.bigInt({ min: 0n, max: 10n ** 78n }), fc.bigInt({ min: 0n, max: 1000n })),
  decimals: fc.integer({ min: 0, max: 36 })
})
export const usdPrice = fc.option(
  fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 24n }), fc.integer({ min: 0, max: 24 })),
  { nil: undefined }
)
