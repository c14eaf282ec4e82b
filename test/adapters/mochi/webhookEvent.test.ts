import { describe, expect, it } from "@effect/vitest"
import { DateTime, Either, FastCheck as fc, Option } from "effect"
import { decodeEvent } from "../../../src/adapters/mochi/webhookEvent.ts"
import { webhookEvent } from "../../../sandbox/mochi/webhookEvent.ts"
import type { Overrides } from "../../../sandbox/mochi/webhookEvent.ts"
import { impossibleExpiries, possibleExpiries } from "../../domain/expiries.ts"
import { optionalFields, requiredFields } from "../../support/eventFields.ts"

const decode = (body: string) => decodeEvent(Buffer.from(body))
const eventOf = (body: string) => {
  const { report, unreadable } = Option.getOrThrow(Either.getOrThrow(decode(body)))
  return { ...report, unreadable }
}
const eventWith = (fields: Overrides) => eventOf(JSON.stringify(webhookEvent(fields)))
const factsWith = (fields: Overrides) => Option.getOrThrow(eventWith(fields).facts)

describe("a webhook's event", () => {
  it.each([
    ["10500000", 6, "10.5"],
    ["10500000", "6", "10.5"],
    ["10.5", 6, "10.5"],
    ["10.500000", 6, "10.5"],
    ["0", 6, "0"],
    ["1", 36, `0.${"0".repeat(35)}1`],
    ["340282366920938463463374607431768211456", 0, "340282366920938463463374607431768211456"]
  ] as const)("with amount %s and %s decimals tells %s", (token_amount, token_decimal, amount) => {
    expect(factsWith({ token_amount, token_decimal }).amount).toBe(amount)
  })

  it("has exact amounts, whatever their size", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 60n }),
        fc.integer({ min: 0, max: 36 }),
        (units, decimals) => {
          const { amount } = factsWith({ token_amount: units.toString(), token_decimal: decimals })
          const [whole = "", fraction = ""] = amount.split(".")
          expect(BigInt(whole + fraction.padEnd(decimals, "0"))).toBe(units)
        }
      ),
      { numRuns: 500 }
    )
  })

  it("takes Discord ids of 15 to 20 digits, and anything else as absent", () => {
    const requester = (discord_user_id: string) =>
      factsWith({ requester_metadata: { platform: "discord", discord_user_id } }).requester.userId
    for (const id of ["1".repeat(15), "1".repeat(20)]) expect(requester(id)).toEqual(Option.some(id))
    for (const id of ["1".repeat(14), "1".repeat(21), "abc", "", "1234567890123456.7", "-123456789012345678"])
      expect(requester(id)).toEqual(Option.none())
  })

  it("believes of Discord only what came from Discord", () => {
    const telegram = {
      platform: "telegram",
      discord_user_id: "1".repeat(18),
      channel_id: "1",
      interaction_id: "1"
    }
    const event = eventWith({ requester_metadata: telegram })
    const { channelId, requester } = Option.getOrThrow(event.facts)
    expect([channelId, requester.userId, event.interactionId]).toEqual([
      Option.none(),
      Option.none(),
      Option.none()
    ])
  })

  it("keeps large ids exact, also where they come as numbers", () => {
    const body = JSON.stringify(webhookEvent({})).replace('"90103"', "9007199254740993123")
    const event = eventOf(body)
    expect(Option.getOrThrow(event.facts).owner.profileId).toEqual(Option.some("9007199254740993123"))
  })

  it.each(impossibleExpiries)("that expires at %j never does (A15, C8)", expired_at => {
    expect(factsWith({ expired_at }).expiresAt).toEqual(Option.none())
  })

  it.each(possibleExpiries)("that expires at %j does so then (A15, C8)", (expired_at, iso) => {
    expect(Option.map(factsWith({ expired_at }).expiresAt, DateTime.formatIso)).toEqual(Option.some(iso))
  })

  it("has one line of what can be seen for a name, and a reason of several (A16)", () => {
    expect(
      factsWith({
        app_name: "\u200b\u202e",
        vault_name: "Com\u202emunity\n\nRecipient\n@Ada",
        token_symbol: "US\u2066DC\u0000",
        chain_name: "\u200b",
        description: "one\r\ntwo\u202e"
      })
    ).toMatchObject({
      applicationName: "123",
      vaultName: "Community Recipient @Ada",
      symbol: "USDC",
      chain: Option.none(),
      reason: Option.some("one\ntwo")
    })
  })

  it("of endless names and reasons costs no time and keeps their beginning (A2)", () => {
    const started = performance.now()
    for (const unit of ["\n", "\r", "\u200b", "x", "\u0301"]) {
      const endless = `V${unit.repeat(20_000)}V`
      const told = factsWith({
        app_name: endless,
        vault_name: endless,
        token_symbol: endless,
        chain_name: endless,
        description: endless,
        token_amount_in_usd: `$${"9".repeat(20_000)}`
      })
      for (const name of [told.applicationName, told.vaultName, told.symbol, Option.getOrThrow(told.chain)])
        expect(name).toMatch(/^V.{0,198}…$/u)
      expect(Option.getOrThrow(told.reason).length).toBeLessThanOrEqual(1000)
      expect(told.usd).toEqual(Option.none())
    }
    expect(performance.now() - started).toBeLessThan(1000)
  })

  it("takes an optional field that does not decode as absent, and names it without its value (C25)", () => {
    const wrong = [true, 7.5, ["hunter2"], { hunter2: 1 }]
    for (const value of wrong) {
      for (const field of optionalFields) {
        if (field === "requester_metadata" && Object.keys(Object(value)).includes("hunter2")) continue
        const event = eventWith({ [field]: value })
        expect([field, event.unreadable]).toEqual([field, [field]])
        expect(JSON.stringify(event)).not.toContain("hunter2")
      }
      for (const field of ["discord_user_id", "guild_id", "channel_id", "interaction_id"])
        expect(eventWith({ requester_metadata: { platform: "discord", [field]: value } }).unreadable).toEqual(
          [`requester_metadata.${field}`]
        )
    }
    const all = eventWith(Object.fromEntries(optionalFields.map(field => [field, [7]])))
    expect([...all.unreadable].sort()).toEqual([...optionalFields].sort())
    expect(all.status).toEqual(Option.none())
    expect(Option.getOrThrow(all.facts)).toMatchObject({
      amount: "10.5",
      applicationName: "DAO App",
      chain: Option.none(),
      reason: Option.none(),
      expiresAt: Option.none()
    })
  })

  it("names no field that is absent, null, empty or well formed (C25)", () => {
    expect(eventWith({}).unreadable).toEqual([])
    for (const field of optionalFields)
      for (const nothing of [undefined, null, ""])
        if (field !== "requester_metadata" || nothing !== "")
          expect([field, eventWith({ [field]: nothing }).unreadable]).toEqual([field, []])
    expect(
      eventWith({ requester_metadata: { platform: "discord", discord_user_id: "abc" } }).unreadable
    ).toEqual([])
    expect(eventWith({ expired_at: "0001-01-01T00:00:00Z" }).unreadable).toEqual([])
    expect(eventWith({ expired_at: "soon" }).unreadable).toEqual(["expired_at"])
  })

  it("needs every field that the contract requires (C25)", () => {
    for (const field of requiredFields)
      for (const value of [undefined, null, " ", true, [], {}, -1, 1.5]) {
        const fault = Option.getOrThrow(
          Either.getLeft(decode(JSON.stringify(webhookEvent({ [field]: value }))))
        )
        expect(fault.field).toBe(`pay_transfer_request_metadata.${field}`)
      }
  })

  it.each(["6.0", "6e0", '"6"', '"6.0"'])("has 6 decimals where they are written %s (C26)", written => {
    const body = JSON.stringify(webhookEvent({})).replace('"token_decimal":6', `"token_decimal":${written}`)
    expect(Option.getOrThrow(eventOf(body).facts).amount).toBe("10.5")
  })

  it("has no ids that are longer than a key may be (A2)", () => {
    const long = "x".repeat(256)
    for (const field of ["requester_profile_id", "decided_by_profile_id"])
      expect(eventWith({ [field]: long }).unreadable).toEqual([field])
    for (const field of ["request_code", "app_owner_profile_id", "user_profile_id"])
      expect(Either.isLeft(decode(JSON.stringify(webhookEvent({ [field]: long }))))).toBe(true)
  })

  it("is read without a crash from any JSON in its place", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.jsonValue({ maxDepth: 2 }), (metadata, field) => {
        const bodies = [
          { type: "NOTIFICATION_PAY_TRANSFER_REQUEST", pay_transfer_request_metadata: metadata },
          {
            ...webhookEvent({}),
            pay_transfer_request_metadata: { ...Object(metadata), request_code: field }
          },
          metadata
        ]
        for (const body of bodies) expect(Either.isEither(decode(JSON.stringify(body)))).toBe(true)
      }),
      { numRuns: 500 }
    )
  })

  it("names the field at fault and never what was in it", () => {
    const fault = Option.getOrThrow(
      Either.getLeft(decode(JSON.stringify(webhookEvent({ token_amount: "hunter2" }))))
    )
    expect(fault.field).toBe("pay_transfer_request_metadata.token_amount")
    expect(JSON.stringify(fault)).not.toContain("hunter2")
  })
})
