import { describe, expect, it } from "@effect/vitest"
import { Either, FastCheck as fc, Option } from "effect"
import { decodeEvent } from "../../../src/programs/http/webhookEvent.ts"
import { webhookEvent } from "../../../src/sandbox/mochi/webhookEvent.ts"
import type { Overrides } from "../../../src/sandbox/mochi/webhookEvent.ts"

const decode = (body: string) => decodeEvent(Buffer.from(body))
const eventWith = (fields: Overrides) =>
  Option.getOrThrow(Either.getOrThrow(decode(JSON.stringify(webhookEvent(fields)))))
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
      factsWith({ requester_metadata: { platform: "discord", discord_user_id } }).requester.discordUserId
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
    expect([channelId, requester.discordUserId, event.interactionId]).toEqual([
      Option.none(),
      Option.none(),
      Option.none()
    ])
  })

  it("keeps large ids exact, also where they come as numbers", () => {
    const body = JSON.stringify(webhookEvent({})).replace('"90103"', "9007199254740993123")
    const event = Option.getOrThrow(Either.getOrThrow(decode(body)))
    expect(Option.getOrThrow(event.facts).owner.profileId).toEqual(Option.some("9007199254740993123"))
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
