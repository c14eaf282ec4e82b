import { it } from "@effect/vitest"
import { BigDecimal, DateTime, FastCheck as fc, Option } from "effect"
import { describe, expect } from "vitest"
import { parseJson, parseTypedJson } from "../../../src/domain/exactJson.ts"
import { formatUsd } from "../../../src/domain/TokenAmount.ts"
import { impossibleExpiries, possibleExpiries } from "../../domain/expiries.ts"
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

describe("JSON made to cost time", () => {
  it.each([
    ["nesting", "[".repeat(500_000)],
    ["closed nesting", "[".repeat(500_000) + "]".repeat(500_000)],
    ["objects in objects", '{"a":'.repeat(180_000) + "1" + "}".repeat(180_000)],
    ["numbers", `[${"1,".repeat(500_000)}1]`],
    ["fractions", `[${"1.0,".repeat(250_000)}1]`],
    ["exponents", `[${"1e9,".repeat(250_000)}1]`],
    ["one endless number", "9".repeat(1_000_000)],
    ["one endless fraction", `0.${"0".repeat(1_000_000)}`],
    ["an endless exponent", `1e${"9".repeat(1_000_000)}`],
    ["zeros of a large exponent", `[${"0e99999999,1e-99999999,".repeat(1000)}0e-99999999]`],
    ["keys of one name", `{${'"a":1,'.repeat(140_000)}"a":1}`],
    [
      "keys that are numbers",
      `{${Array.from({ length: 80_000 }, (_, index) => `"${index * 7919}":1`).join(",")}}`
    ]
  ])("such as %s does not (A2)", (_name, text) => {
    // Of the processor, which other test files use meanwhile.
    const started = process.cpuUsage()
    parseJson(text)
    parseTypedJson(text)
    const { system, user } = process.cpuUsage(started)
    expect((system + user) / 1000).toBeLessThan(4000)
  })
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

describe("Names", () => {
  const names = (json: string) => value(Wire.decodeVaults, json).map(({ name }) => name)
  const vault = (name: string) => JSON.stringify({ data: [{ vault_profile_id: 70011, name }] })

  it("are one line of what can be seen, and the id where that is nothing (A16)", () => {
    expect(names(vault("Com\u202emunity\n\nRecipient\u200b"))).toEqual(["Community Recipient"])
    expect(names(vault("\u200b\u2066"))).toEqual(["70011"])
    const [holding] = value(
      Wire.decodeHoldings,
      JSON.stringify({
        data: [
          {
            amount: "1",
            token: {
              id: 1,
              symbol: "US\u200bDC\n",
              name: "\u202e",
              decimal: 6,
              chain: { name: "B\u2069ase" }
            }
          }
        ]
      })
    )
    expect(holding?.token).toMatchObject({ symbol: "USDC", name: "USDC", chain: Option.some("Base") })
    const [unseen] = value(
      Wire.decodeHoldings,
      JSON.stringify({ data: [{ amount: "1", token: { id: 7, symbol: "\u200b", decimal: 6 } }] })
    )
    expect(unseen?.token).toMatchObject({ symbol: "7", name: "7" })
    const profile = value(Wire.decodeProfile, JSON.stringify({ id: "90101", profile_name: "A\nda\u202e" }))
    expect(Option.getOrThrow(profile).name).toBe("A da")
  })

  it("of any length cost no time and are cut (A2)", () => {
    const started = performance.now()
    for (const unit of ["\n", "\r\n", "\u200b", "x", "\u0301", "\ufdfa"])
      expect(names(vault(`V${unit.repeat(900_000)}V`))[0]).toMatch(/^V.{0,198}…$/u)
    expect(performance.now() - started).toBeLessThan(2000)
  })
})

describe("Ids", () => {
  it("that are longer than a key may be are no ids, and their row is left out (A2)", () => {
    const long = "9".repeat(256)
    expect(read(Wire.decodeApplications, `{"data":[{"id":"${long}"},{"id":${long}},{"id":1}]}`)).toEqual(
      Option.some({ value: [{ id: "1", name: "1" }], unreadableRows: 2 })
    )
    expect(read(Wire.decodeCreated, `{"data":{"code":"${long}"}}`)).toEqual(
      Option.some({ value: none, unreadableRows: 0 })
    )
    expect(read(Wire.decodeProfile, `{"id":"${long}"}`)).toEqual(none)
    expect(value(Wire.decodeApplications, `{"data":[{"id":"${long.slice(1)}"}]}`)).toHaveLength(1)
  })
})

describe("An expiry", () => {
  const expiry = (text: string) =>
    value(Wire.decodeRequestState, JSON.stringify({ data: { status: "pending", expired_at: text } }))
      .expiresAt

  it.each(impossibleExpiries)("%j is none (A15, C8)", text => {
    expect(expiry(text)).toEqual(none)
  })

  it.each(possibleExpiries)("%j is the moment it says (A15, C8)", (text, iso) => {
    expect(Option.map(expiry(text), DateTime.formatIso)).toEqual(Option.some(iso))
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
    ["fractional decimals", ',"decimal":6.5', '"1"'],
    ["decimals that are almost whole", ',"decimal":5.99999999999999999999', '"1"'],
    ["an amount that is almost whole", ',"decimal":6', "9007199254740990.9"]
  ])("with %s are unreadable", (_name, token, amount) => {
    expect(read(Wire.decodeHoldings, holding(token, amount))).toEqual(none)
  })

  it.each([
    ["6.0", 6],
    ["6e0", 6],
    ["6.000", 6],
    ["60e-1", 6],
    ["0.6E1", 6],
    ['"6"', 6],
    ['"6.0"', 6],
    ["0.0", 0],
    ["255.0", 255]
  ])("with decimals written as %s have %i (C26)", (decimal, decimals) => {
    expect(value(Wire.decodeHoldings, holding(`,"decimal":${decimal}`))[0]?.token.decimals).toBe(decimals)
  })

  it("have whole amounts however they are written, digit by digit (C26)", () => {
    const amount = (text: string) =>
      Option.map(
        read(Wire.decodeHoldings, holding(',"decimal":6', text)),
        ({ value: [first] }) => first?.available.baseUnits
      )
    expect(amount("10500000.0")).toEqual(Option.some(10_500_000n))
    expect(amount("1.05e7")).toEqual(Option.some(10_500_000n))
    expect(amount("123456789012345678901234567890.0")).toEqual(Option.some(123456789012345678901234567890n))
  })

  it("keep no price whose digits only cost time (A2)", () => {
    for (const price of [
      `"${"9".repeat(101)}"`,
      `"0.${"0".repeat(900_000)}1"`,
      '"1e9999"',
      "9".repeat(900_000)
    ])
      expect([price.slice(0, 10), priceOf(price)]).toEqual([price.slice(0, 10), none])
    const started = performance.now()
    for (const price of ["1e999", "1e-999"]) {
      const [first] = value(
        Wire.decodeHoldings,
        holding(`,"decimal":255,"price":${price}`, `"${"9".repeat(100)}"`)
      )
      if (first !== undefined && Option.isSome(first.token.price))
        expect(formatUsd(first.available, first.token.price.value).length).toBeLessThan(1500)
    }
    expect(performance.now() - started).toBeLessThan(500)
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
