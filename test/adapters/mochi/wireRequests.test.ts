import { it } from "@effect/vitest"
import { DateTime, Option } from "effect"
import { describe, expect } from "vitest"
import { parseJson } from "../../../src/domain/exactJson.ts"
import * as Wire from "../../../src/adapters/mochi/wire.ts"
import { draft } from "./mochiClients.ts"

const read = <A>(decode: Wire.Decode<A>, text: string) => Option.flatMap(parseJson(text), decode)
const value = <A>(decode: Wire.Decode<A>, text: string) => Option.getOrThrow(read(decode, text)).value
const none = Option.none()

describe("A profile", () => {
  const discordOf = (accounts: string) =>
    Option.flatMap(
      value(Wire.decodeProfile, `{"id":"1","profile_name":"ada","associated_accounts":${accounts}}`),
      ({ userId }) => userId
    )

  it("has the Discord account of the first such entry, the platform in any case", () => {
    expect(
      discordOf(
        '[{"platform":"telegram","platform_identifier":"184027593016284160"},{"platform":"DisCord","platform_identifier":"80351110224678912"}]'
      )
    ).toEqual(Option.some("80351110224678912"))
    expect(discordOf('[{"platform":"discord","platform_identifier":1098765432109876224}]')).toEqual(
      Option.some("1098765432109876224")
    )
  })

  it.each([
    "null",
    "[]",
    "{}",
    "7",
    '[{"platform":"discord","platform_identifier":"12345678901234"}]',
    '[{"platform":"discord","platform_identifier":"123456789012345678901"}]',
    '[{"platform":"discord","platform_identifier":"18402759301628416x"}]',
    '[{"platform":"discord"},null,7,{"platform":7,"platform_identifier":null}]'
  ])("has no Discord account in %s", accounts => {
    expect(discordOf(accounts)).toEqual(none)
  })

  it.each(["{}", '{"id":null}', '{"id":""}', '{"error":"profile not found"}'])("is nobody's in %s", text => {
    expect(value(Wire.decodeProfile, text)).toEqual(none)
  })

  it.each(["[]", "null", '"x"', '{"id":{}}', '{"id":true}'])("is not what Mochi promises in %s", text => {
    expect(read(Wire.decodeProfile, text)).toEqual(none)
  })
})

describe("Requests", () => {
  it("are listed with the interaction that asked for them, where this bot did", () => {
    const metadata = '{"platform":"discord","interaction_id":1200000000000000001}'
    expect(
      value(
        Wire.decodeListedRequests,
        `{"data":[{"code":"A","status":"success","requester_metadata":${metadata}},{"code":7,"status":"odd","requester_metadata":null},{"code":"B","status":"pending","requester_metadata":"x"}]}`
      )
    ).toEqual([
      { code: "A", status: "approved", interactionId: Option.some("1200000000000000001") },
      { code: "7", status: "settled", interactionId: none },
      { code: "B", status: "pending", interactionId: none }
    ])
  })

  it("have a code after a create, where the answer holds one", () => {
    expect(value(Wire.decodeCreated, '{"data":{"code":"ABC123"}}')).toEqual(Option.some("ABC123"))
    expect(value(Wire.decodeCreated, '{"data":{"code":123}}')).toEqual(Option.some("123"))
    for (const text of [
      "{}",
      "[]",
      "null",
      '{"data":null}',
      '{"data":{"code":""}}',
      '{"data":{"code":{}}}'
    ]) {
      expect([text, value(Wire.decodeCreated, text)]).toEqual([text, none])
    }
  })

  it("have a state, and a moment at which they expire where Mochi tells one", () => {
    const expiry = (text: string) =>
      Option.map(
        value(Wire.decodeRequestState, `{"data":{"code":"A","status":"pending","expired_at":${text}}}`)
          .expiresAt,
        DateTime.formatIso
      )
    expect(expiry('"2026-01-01T02:00:00+02:00"')).toEqual(Option.some("2026-01-01T00:00:00.000Z"))
    expect(expiry('"2026-01-01T00:00:00.123456789Z"')).toEqual(Option.some("2026-01-01T00:00:00.123Z"))
    for (const text of [
      "null",
      '""',
      '"tomorrow"',
      "7",
      '"0001-01-01T00:00:00Z"',
      '"2026-99-01T00:00:00Z"',
      "{}"
    ]) {
      expect([text, expiry(text)]).toEqual([text, none])
    }
    expect(read(Wire.decodeRequestState, '{"data":{"code":"A"}}')).toEqual(none)
  })
})

it("A create leaves out what the command left out, and repairs what is no text", () => {
  const body = JSON.parse(
    Wire.encodeDraft({
      ...draft("1", "2", "3", "4"),
      reason: Option.some("a\ud800b"),
      channelId: Option.none()
    })
  )
  expect(body.description).toBe("a\ufffdb")
  expect(Object.keys(body.requester_metadata)).toEqual(["platform", "discord_user_id", "interaction_id"])
  const amount = { baseUnits: 10n ** 60n + 1n, decimals: 36 }
  const plain = JSON.parse(Wire.encodeDraft({ ...draft("1", "2", "3", "4"), reason: Option.none(), amount }))
  expect(plain.token_amount).toBe(`1${"0".repeat(59)}1`)
  expect("description" in plain).toBe(false)
})
