import { it } from "@effect/vitest"
import { BigDecimal, FastCheck as fc, Option } from "effect"
import { describe, expect } from "vitest"
import { parseJson } from "../../../src/domain/exactJson.ts"
import * as Wire from "../../../src/adapters/mochi/wire.ts"

const read = <A>(decode: Wire.Decode<A>, text: string) => Option.flatMap(parseJson(text), decode)
const value = <A>(decode: Wire.Decode<A>, text: string) => Option.getOrThrow(read(decode, text)).value
const none = Option.none()

describe("JSON", () => {
  it("keeps numbers as they were written", () => {
    expect(parseJson('{"a":12345678901234567890123,"b":0.10,"c":1e-7,"d":[-0,true,null,"7"]}')).toEqual(
      Option.some({ a: "12345678901234567890123", b: "0.10", c: "1e-7", d: ["-0", true, null, "7"] })
    )
  })

  it.each(["", "<html>", '{"a":', "[".repeat(300_000) + "]".repeat(300_000), "NaN"])(
    "is none for what cannot be read (%#)",
    text => {
      expect(parseJson(text)).toEqual(none)
    }
  )
})

describe("Applications and vaults", () => {
  it("have ids that are numbers of any size, or text", () => {
    expect(
      value(Wire.decodeApplications, '{"data":[{"id":9007199254740993,"name":"A"},{"id":"x","name":"B"}]}')
    ).toEqual([
      { id: "9007199254740993", name: "A" },
      { id: "x", name: "B" }
    ])
    expect(
      value(Wire.decodeVaults, '{"data":[{"id":1,"vault_profile_id":70011,"name":"V","application_id":1}]}')
    ).toEqual([{ id: "70011", name: "V" }])
  })

  it("are called by their id where they have no name", () => {
    expect(
      value(Wire.decodeApplications, '{"data":[{"id":1},{"id":2,"name":null},{"id":3,"name":"  "}]}').map(
        ({ name }) => name
      )
    ).toEqual(["1", "2", "3"])
  })

  it("may be none at all, also as null", () => {
    expect(value(Wire.decodeVaults, '{"data":[]}')).toEqual([])
    expect(value(Wire.decodeVaults, '{"data":null,"pagination":{}}')).toEqual([])
  })

  it("leave a bad row out, and count it", () => {
    const rows = '{"data":[{"id":"1","name":"A"},{"id":null},{"id":""},{"id":{}},7,null,[]]}'
    expect(read(Wire.decodeApplications, rows)).toEqual(
      Option.some({ value: [{ id: "1", name: "A" }], unreadableRows: 6 })
    )
  })

  it.each([
    '{"data":[{"id":{}},{}]}',
    "{}",
    "[]",
    "null",
    "7",
    '"data"',
    '{"data":{}}',
    '{"data":"x"}',
    '{"error":"no"}'
  ])("are not what Mochi promises in %s", text => {
    expect(read(Wire.decodeApplications, text)).toEqual(none)
  })
})

describe("Holdings", () => {
  const holding = (token: string, amount = '"10500000"') =>
    `{"data":[{"amount":${amount},"token":{"id":1,"symbol":"USDC"${token}}}]}`
  const priceOf = (price: string) =>
    value(Wire.decodeHoldings, holding(`,"decimal":6,"price":${price}`))[0]?.token.price.pipe(
      Option.map(price => BigDecimal.format(price))
    )

  it("have exact amounts, decimals as number or text, and a price that is never a JavaScript number", () => {
    const huge = "9".repeat(78)
    const [first] = value(
      Wire.decodeHoldings,
      holding(
        ',"name":"USD Coin","decimal":"36","price":0.12345678901234567890,"chain":{"name":"Base"}',
        `"${huge}"`
      )
    )
    expect(first?.available).toEqual({ baseUnits: BigInt(huge), decimals: 36 })
    expect(first?.token.chain).toEqual(Option.some("Base"))
    expect(priceOf("0.12345678901234567890")).toEqual(Option.some("1.234567890123456789e-1"))
  })

  it("do without a price, a chain and a name", () => {
    const [first] = value(Wire.decodeHoldings, holding(',"decimal":6'))
    expect(first?.token).toEqual({
      id: "1",
      symbol: "USDC",
      name: "USDC",
      decimals: 6,
      price: none,
      chain: none
    })
    for (const chain of ["null", "{}", '{"name":null}', '"Base"', "[]"]) {
      expect(value(Wire.decodeHoldings, holding(`,"decimal":6,"chain":${chain}`))[0]?.token.chain).toEqual(
        none
      )
    }
  })

  it("have no price where it is no amount of money", () => {
    for (const price of ["null", '""', '"n/a"', "-1", "true", "{}", '"Infinity"', '"0x10"']) {
      expect([price, priceOf(price)]).toEqual([price, none])
    }
    expect([priceOf("1e-7"), priceOf('"2.50"'), priceOf("0")]).toEqual(
      ["1e-7", "2.5", "0"].map(text => Option.map(BigDecimal.fromString(text), BigDecimal.format))
    )
  })

  it.each([
    ["a negative amount", ',"decimal":6', '"-1"'],
    ["a fraction", ',"decimal":6', '"1.5"'],
    ["an exponent", ',"decimal":6', "1e21"],
    ["no amount", ',"decimal":6', "null"],
    ["an endless amount", ',"decimal":6', `"${"9".repeat(101)}"`],
    ["no decimals", "", '"1"'],
    ["negative decimals", ',"decimal":-1', '"1"'],
    ["too many decimals", ',"decimal":256', '"1"'],
    ["fractional decimals", ',"decimal":6.5', '"1"']
  ])("with %s are unreadable", (_name, token, amount) => {
    expect(read(Wire.decodeHoldings, holding(token, amount))).toEqual(none)
  })

  it("take an amount that is a JSON number digit by digit", () => {
    const [first] = value(Wire.decodeHoldings, holding(',"decimal":18', "12345678901234567891"))
    expect(first?.available.baseUnits).toBe(12_345_678_901_234_567_891n)
  })
})

it("No JSON whatever makes a reader throw", () => {
  const field = fc.constantFrom(
    ...["data", "id", "name", "code", "status", "amount", "token", "symbol", "decimal", "price", "chain"],
    ...[
      "vault_profile_id",
      "associated_accounts",
      "platform",
      "requester_metadata",
      "expired_at",
      "__proto__"
    ]
  )
  const { body } = fc.letrec(tie => ({
    body: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom("discord", "pending", "6", "1e400", "-0", "", "0001-01-01T00:00:00Z", "\ud800"),
      fc.jsonValue({ maxDepth: 1 }),
      fc.array(tie("body"), { maxLength: 3 }),
      fc.dictionary(field, tie("body"), { maxKeys: 6 })
    )
  }))
  fc.assert(
    fc.property(body, anything => {
      const text = JSON.stringify(anything)
      for (const decode of [
        Wire.decodeApplications,
        Wire.decodeVaults,
        Wire.decodeHoldings,
        Wire.decodeProfile,
        Wire.decodeCreated,
        Wire.decodeListedRequests,
        Wire.decodeRequestState
      ]) {
        expect(Option.isOption(read<unknown>(decode, text))).toBe(true)
      }
    }),
    { numRuns: 3000 }
  )
})
