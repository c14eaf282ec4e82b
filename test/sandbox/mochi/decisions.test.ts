import { expect, it } from "@effect/vitest"
import { Effect, Option, TestClock } from "effect"
import { ada, call, create, decisionPath, grace, linus, signed, start } from "./client.ts"

const VAULT = "70011"
const USDC = "1"

it.scopedLive("of a hundred decisions at once exactly one is taken, and the money moves once", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    const { code } = yield* fake.seedRequest()
    const answers = yield* Effect.all(
      Array.from({ length: 100 }, (_, index) =>
        call(fake, "POST", decisionPath(code, index % 2 === 0 ? "approved" : "rejected"), signed())
      ),
      { concurrency: "unbounded" }
    )
    expect(answers.filter(answer => answer.status === 200)).toHaveLength(1)
    expect(answers.filter(answer => answer.status === 400)).toHaveLength(99)
    const settled = Option.getOrThrow(yield* fake.request(code))
    const moved = settled.status === "success" ? 10_500_000n : 0n
    expect(yield* fake.balance(VAULT, USDC)).toBe(2_500_750_000n - moved)
    expect(yield* fake.balance(grace, USDC)).toBe(moved)
  })
)

it.scopedLive("an approval pays the recipient and names the owner as decider", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    const { code } = yield* fake.seedRequest()
    const answer = yield* call(fake, "POST", decisionPath(code, "approved"), signed())
    expect(answer.json).toMatchObject({ data: { code, status: "success" } })
    expect(yield* fake.balance(VAULT, USDC)).toBe(2_490_250_000n)
    expect(yield* fake.balance(grace, USDC)).toBe(10_500_000n)
    expect(Option.getOrThrow(yield* fake.request(code)).decidedByProfileId).toBe(linus)
    const again = yield* call(fake, "POST", decisionPath(code, "rejected"), signed())
    expect(again.status).toBe(400)
    expect(again.json).toEqual({ error: "request is already success" })
  })
)

it.scopedLive("only the owner and administrators decide, and only codes of the application exist", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    const { code } = yield* fake.seedRequest()
    const status = (path: string) => Effect.map(call(fake, "POST", path, signed()), answer => answer.status)
    expect(yield* status(decisionPath(code, "approved", ada))).toBe(403)
    expect(yield* status(decisionPath("NOPE", "approved"))).toBe(404)
    expect(yield* status(decisionPath(code, "approved", ada, "456"))).toBe(404)
    yield* fake.updateWorld(world => ({
      ...world,
      applications: world.applications.map(application => ({ ...application, adminProfileIds: [grace] }))
    }))
    expect(yield* status(decisionPath(code, "rejected", grace))).toBe(200)
    expect(yield* fake.balance(VAULT, USDC)).toBe(2_500_750_000n)
  })
)

it.scopedLive("a vault that was emptied meanwhile leaves the request pending", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    const { code } = yield* fake.seedRequest()
    yield* fake.setBalance(VAULT, USDC, 1n)
    const answer = yield* call(fake, "POST", decisionPath(code, "approved"), signed())
    expect([answer.status, answer.json]).toEqual([400, { error: "insufficient balance" }])
    const read = yield* call(fake, "GET", `/api/v1/applications/123/requests/${code}`, signed())
    expect(read.json).toMatchObject({ data: { code, status: "pending" } })
  })
)

it.scopedLive("a decision elsewhere shows in the request, and an approval may turn into a failure", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    const { code } = yield* fake.seedRequest()
    yield* fake.decide(code, "approved")
    const clicked = yield* call(fake, "POST", decisionPath(code, "approved"), signed())
    expect(clicked.status).toBe(400)
    const failed = yield* fake.decide(code, "failed")
    expect(failed).toMatchObject({ status: "failed", decidedByProfileId: undefined })
    expect(yield* fake.balance(VAULT, USDC)).toBe(2_500_750_000n)
    expect(yield* fake.balance(grace, USDC)).toBe(0n)
    expect(yield* Effect.flip(fake.decide(code, "approved"))).toMatchObject({ status: 400 })
    expect(yield* Effect.flip(fake.decide("NOPE", "approved"))).toMatchObject({ status: 404 })
  })
)

it.scopedLive("a request past its time reads expired and cannot be decided", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    const { code, expiresAt } = yield* fake.seedRequest()
    yield* fake.clockAhead(expiresAt - Date.now())
    const now = String(Math.floor(expiresAt / 1000) + 1)
    const read = yield* call(fake, "GET", `/api/v1/applications/123/requests/${code}`, signed(now))
    expect(read.json).toMatchObject({ data: { status: "expired" } })
    expect((yield* call(fake, "POST", decisionPath(code, "approved"), signed(now))).status).toBe(400)
    expect(yield* fake.balance(VAULT, USDC)).toBe(2_500_750_000n)
  })
)

it.scoped("a request expires by itself when its moment comes", () =>
  Effect.gen(function* () {
    const fake = yield* start({ requestLifetime: "1 hour" })
    const { code } = yield* fake.seedRequest({ expiresAt: 60_000 })
    yield* TestClock.adjust("59 seconds")
    expect(Option.getOrThrow(yield* fake.request(code)).status).toBe("pending")
    yield* TestClock.adjust("1 second")
    const expired = yield* fake.until(({ requests }) =>
      Option.fromNullable(requests.find(request => request.status === "expired"))
    )
    expect(expired).toMatchObject({ code, settledAt: 60_000 })
  })
)

it.scopedLive("a request made over the API can be decided over the API", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    yield* create(fake, "i1")
    const [request] = yield* fake.requests
    const answer = yield* call(fake, "POST", decisionPath(request!.code, "rejected"), signed())
    expect(answer.json).toMatchObject({
      data: { status: "rejected", requester_metadata: { interaction_id: "i1" } }
    })
  })
)
