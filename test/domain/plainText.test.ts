import { FastCheck as fc } from "effect"
import { expect, it } from "vitest"
import { folded, nameOf } from "../../src/domain/plainText.ts"

const text = fc.oneof(
  fc
    .array(fc.constantFrom(..."aB \t\n~", "\0", "\u007f", "é", "ß", "µ", "ﬁ", "<:ab:12>", "<a:b:3>", "<"), {
      maxLength: 20
    })
    .map(pieces => pieces.join("")),
  fc.string({ unit: "binary", maxLength: 50 })
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
