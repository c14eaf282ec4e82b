import { FastCheck as fc } from "effect"
import { expect, it } from "vitest"
import { folded, nameOf } from "../../src/domain/plainText.ts"

const text = fc.oneof(
  fc.string({ unit: fc.constantFrom(..."aB <:>9\t\n~\u0000\u007f\u00e9"), maxLength: 199 }),
  fc.string({ maxLength: 199 })
)

it("A name is the same with an invisible character in front of it, which is taken out", () => {
  fc.assert(
    fc.property(text, name => {
      expect(nameOf(name)).toBe(nameOf(`\u2060${name}`))
    }),
    { numRuns: 2000 }
  )
})

it("A name is compared as it is beside a character that needs more than the lower case", () => {
  fc.assert(
    fc.property(text, name => {
      expect(`${folded(name)}\u30ac`).toBe(folded(`${name}\u30ac`))
    }),
    { numRuns: 2000 }
  )
})
