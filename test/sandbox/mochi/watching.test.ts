import { expect, it } from "@effect/vitest"
import { Chunk, Effect, Option, Queue } from "effect"
import { call, create, decisionPath, grace, signed, start } from "./client.ts"

it.scopedLive("what happens is told in order, and a call is on record before it is answered", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    const told = yield* fake.subscribe
    yield* create(fake, "i1")
    const [created] = yield* fake.creates
    expect(created!.call).toMatchObject({ outcome: "answered", status: 201 })
    const [request] = yield* fake.requests
    yield* call(fake, "POST", decisionPath(request!.code, "approved"), signed())
    const words = Chunk.map(yield* Queue.takeN(told, 6), event =>
      event._tag === "RequestChanged" ? event.request.status : event._tag
    )
    expect(words).toEqual(
      Chunk.make("CallBegan", "pending", "CallEnded", "CallBegan", "success", "CallEnded")
    )
  })
)

it.scopedLive("a seeded request is told of, although no webhook is sent for it", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    const told = yield* fake.subscribe
    const { code } = yield* fake.seedRequest()
    expect(yield* Queue.take(told)).toMatchObject({ _tag: "RequestChanged", request: { code } })
  })
)

it.scopedLive("a snapshot shows vaults, wallets, requests, calls and webhooks", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    yield* create(fake, "i1")
    const [request] = yield* fake.requests
    yield* fake.decide(request!.code, "approved")
    const snapshot = yield* fake.snapshot
    expect(snapshot.vaults.map(({ name, applicationName }) => [name, applicationName])).toEqual([
      ["Community Vault", "DAO App"],
      ["Treasury", "DAO App"],
      ["Grants", "Research Guild"]
    ])
    expect(snapshot.vaults[0]!.holdings[0]).toMatchObject({
      symbol: "USDC",
      decimals: 6,
      amount: 2_490_250_000n
    })
    expect(snapshot.wallets).toMatchObject([{ profileId: grace, symbol: "USDC", amount: 10_500_000n }])
    expect(snapshot.requests.map(({ status }) => status)).toEqual(["success"])
    expect(snapshot.calls.map(({ operation }) => operation)).toEqual(["createTransferRequest"])
    expect(snapshot.webhooks).toEqual([])
  })
)

it.scopedLive("waiting ends with the first snapshot that has what is looked for", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    const { code } = yield* fake.seedRequest()
    const settled = fake.until(({ requests }) =>
      Option.fromNullable(requests.find(request => request.status !== "pending"))
    )
    const [found] = yield* Effect.all([settled, fake.decide(code, "rejected")], { concurrency: 2 })
    expect(found).toMatchObject({ code, status: "rejected" })
    expect((yield* settled).code).toBe(code)
  })
)
