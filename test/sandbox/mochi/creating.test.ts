import { expect, it } from "@effect/vitest"
import { Chunk, Effect, Option, Queue } from "effect"
import { BEARER, call, create, createBody, grace, start, vaultPath } from "./client.ts"

it.scopedLive("a create answers 201 with a code, under which the request is stored exactly", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    const answer = yield* create(fake, "1300000000000000001", {
      token_id: 2,
      token_amount: "1234567890123456789",
      recipient_profile_id: Number(grace)
    })
    expect(answer.status).toBe(201)
    const [request] = yield* fake.requests
    expect(answer.json).toMatchObject({ data: { code: request!.code, status: "pending" } })
    expect(request).toMatchObject({
      amount: 1_234_567_890_123_456_789n,
      tokenId: "2",
      recipientProfileId: grace,
      description: "Thank you",
      requesterMetadata: { interaction_id: "1300000000000000001", guild_id: "81384788765712384" }
    })
    expect(request!.expiresAt - request!.createdAt).toBe(24 * 3600 * 1000)
    expect(yield* fake.balance("70011", "2")).toBe(1_234_567_890_123_456_789n)
  })
)

it.scopedLive("bodies that Mochi would not take are 400 and store nothing", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    const bodies: ReadonlyArray<unknown> = [
      createBody("i", { token_amount: 10_500_000 }),
      createBody("i", { token_amount: "10.5" }),
      createBody("i", { token_amount: "0" }),
      createBody("i", { token_amount: "-1" }),
      createBody("i", { token_amount: "1e6" }),
      createBody("i", { description: 5 }),
      createBody("i", { requester_metadata: undefined }),
      createBody("i", { requester_metadata: { platform: "discord", discord_user_id: "184027593016284160" } }),
      createBody("i", { recipient_profile_id: "nobody" }),
      createBody("i", { token_id: "6" }),
      createBody("i", { token_amount: "2500750001" }),
      "{",
      ""
    ]
    for (const body of bodies) {
      const answer = yield* call(fake, "POST", `${vaultPath()}/transfer-requests`, BEARER, body)
      expect([answer.status, Object.keys(Object(answer.json))]).toEqual([400, ["error"]])
    }
    const foreign = yield* call(
      fake,
      "POST",
      `${vaultPath(grace)}/transfer-requests`,
      BEARER,
      createBody("i")
    )
    expect(foreign.status).toBe(403)
    expect(yield* fake.requests).toEqual([])
  })
)

it.scopedLive(
  "the same idempotency key answers with the first request, another body under it is a conflict",
  () =>
    Effect.gen(function* () {
      const fake = yield* start()
      const first = yield* create(fake, "i1")
      const second = yield* create(fake, "i1")
      expect(second.status).toBe(201)
      expect(second.json).toEqual(first.json)
      const other = yield* create(fake, "i1", { token_amount: "1" })
      expect(other.status).toBe(409)
      expect(yield* fake.requests).toHaveLength(1)
    })
)

it.scopedLive("creates of one key that arrive together make one request, announced once", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    const told = yield* fake.subscribe
    const answers = yield* Effect.all(
      Array.from({ length: 20 }, () => create(fake, "i1")),
      { concurrency: "unbounded" }
    )
    expect(new Set(answers.map(answer => answer.text)).size).toBe(1)
    expect(yield* fake.requests).toHaveLength(1)
    const changes = Chunk.filter(yield* Queue.takeAll(told), ({ _tag }) => _tag === "RequestChanged")
    expect(changes).toHaveLength(1)
  })
)

it.scopedLive("every create that arrives is on record with its interaction id, refused ones too", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    yield* create(fake, "i1")
    yield* create(fake, "i1", { token_amount: "nonsense" })
    yield* create(fake, "i2")
    const arrivals = yield* fake.creates
    expect(
      arrivals.map(({ interactionId, idempotencyKey, call }) => [interactionId, idempotencyKey, call.status])
    ).toEqual([
      ["i1", "i1", 201],
      ["i1", "i1", 400],
      ["i2", "i2", 201]
    ])
  })
)

it.scopedLive("codes differ, some hold a dash, and a seed gives the same ones again", () =>
  Effect.gen(function* () {
    const codes = Effect.scoped(
      Effect.gen(function* () {
        const fake = yield* start({ seed: 7 })
        yield* Effect.forEach(["a", "b", "c", "d"], id => create(fake, id))
        return (yield* fake.requests).map(({ code }) => code)
      })
    )
    const first = yield* codes
    expect(new Set(first).size).toBe(4)
    expect(first.some(code => code.includes("-"))).toBe(true)
    expect(yield* codes).toEqual(first)
  })
)

it.scopedLive("a seeded request is there without any call", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    const seeded = yield* fake.seedRequest({ code: "A-B-C", amount: 3n })
    expect(Option.getOrThrow(yield* fake.request("A-B-C"))).toEqual(seeded)
    expect(seeded).toMatchObject({ status: "pending", amount: 3n, applicationId: "123" })
    expect(yield* fake.calls).toEqual([])
  })
)
