import { expect, it } from "@effect/vitest"
import { Effect, Fiber, Option, TestClock } from "effect"
import { Fault } from "../../../sandbox/mochi/Faults.ts"
import { ada, call, create, decisionPath, signed, start, vaultPath } from "./client.ts"

const balances = `${vaultPath()}/balances`

it.scopedLive("a status is answered so many times, only by the operations named, and nothing is done", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    yield* fake.faults.add({
      fault: Fault.Status({ status: 503 }),
      operations: ["createTransferRequest"],
      times: 2
    })
    expect((yield* call(fake, "GET", balances)).status).toBe(200)
    expect((yield* create(fake, "i1")).status).toBe(503)
    expect((yield* create(fake, "i1")).status).toBe(503)
    expect(yield* fake.requests).toEqual([])
    expect((yield* create(fake, "i1")).status).toBe(201)
    expect((yield* fake.creates).map(({ call }) => call.status)).toEqual([503, 503, 201])
  })
)

it.scopedLive("a fault can strike the calls about one person alone", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    const path = `/profiles/${ada}/`
    yield* fake.faults.add({ fault: Fault.Status({ status: 503 }), about: path })
    expect(balances).toContain(path)
    expect((yield* call(fake, "GET", balances)).status).toBe(503)
    expect((yield* call(fake, "GET", "/health")).status).toBe(200)
  })
)

it.scopedLive("a fault can leave the first calls alone, and be switched off", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    const off = yield* fake.faults.add({ fault: Fault.RateLimited({ retryAfterSeconds: 2 }), skip: 1 })
    expect((yield* call(fake, "GET", balances)).status).toBe(200)
    const limited = yield* call(fake, "GET", balances)
    expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "2"])
    yield* off
    expect((yield* call(fake, "GET", balances)).status).toBe(200)
  })
)

it.scopedLive("a probability strikes its share, and the same calls again under the same seed", () =>
  Effect.gen(function* () {
    const statuses = (seed: number) =>
      Effect.scoped(
        Effect.gen(function* () {
          const fake = yield* start()
          yield* fake.faults.add({ fault: Fault.Status({ status: 500 }), probability: 0.25, seed })
          return yield* Effect.replicateEffect(
            Effect.map(call(fake, "GET", "/health"), ({ status }) => status),
            200
          )
        })
      )
    const first = yield* statuses(3)
    const struck = first.filter(status => status === 500).length
    expect(struck).toBeGreaterThan(25)
    expect(struck).toBeLessThan(80)
    expect(yield* statuses(3)).toEqual(first)
    expect(yield* statuses(4)).not.toEqual(first)
  })
)

it.scopedLive("a reset before the work does nothing, one after it has done everything", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    yield* fake.faults.add({ fault: Fault.ResetBefore(), operations: ["createTransferRequest"], times: 1 })
    yield* Effect.flip(create(fake, "i1"))
    expect(yield* fake.requests).toHaveLength(0)
    yield* fake.faults.add({ fault: Fault.ResetAfter(), operations: ["createTransferRequest"], times: 1 })
    yield* Effect.flip(create(fake, "i2"))
    expect((yield* fake.requests).map(request => request.requesterMetadata["interaction_id"])).toEqual(["i2"])
    const outcomes = (yield* fake.creates).map(({ call }) => [call.outcome, call.status])
    expect(outcomes).toEqual([
      ["reset", undefined],
      ["reset", undefined]
    ])
  })
)

it.scopedLive("a status after the work hides a decision that was taken", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    const { code } = yield* fake.seedRequest()
    yield* fake.faults.add({
      fault: Fault.StatusAfter({ status: 502, body: "<html>" }),
      operations: ["approve"]
    })
    const answer = yield* call(fake, "POST", decisionPath(code, "approved"), signed())
    expect([answer.status, answer.text]).toEqual([502, "<html>"])
    expect(Option.getOrThrow(yield* fake.request(code)).status).toBe("success")
  })
)

it.scopedLive("a call that hangs is held until its client leaves, before or after the work", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    yield* fake.faults.add({ fault: Fault.HangBefore(), operations: ["createTransferRequest"], times: 1 })
    yield* fake.faults.add({ fault: Fault.HangAfter(), operations: ["createTransferRequest"], times: 1 })
    const hanging = (id: string) =>
      Effect.gen(function* () {
        const fiber = yield* Effect.fork(create(fake, id))
        yield* fake.until(({ calls }) =>
          Option.fromNullable(calls.find(call => call.outcome === "hanging" && call.body.includes(id)))
        )
        expect(Option.isNone(yield* Fiber.poll(fiber))).toBe(true)
        yield* Fiber.interrupt(fiber)
      })
    yield* hanging("i1")
    expect(yield* fake.requests).toHaveLength(0)
    yield* hanging("i2")
    expect(yield* fake.requests).toHaveLength(1)
  })
)

it.scoped("latency is added before the work and other faults come on top", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    yield* fake.faults.add({ fault: Fault.Latency({ duration: "2 seconds" }) })
    yield* fake.faults.add({ fault: Fault.Latency({ duration: "1 second" }), operations: ["health"] })
    yield* fake.faults.add({ fault: Fault.Status({ status: 418 }), operations: ["health"] })
    const fiber = yield* Effect.fork(call(fake, "GET", "/health"))
    yield* fake.until(({ calls }) => Option.fromNullable(calls[0]))
    yield* TestClock.adjust("2999 millis")
    expect(Option.isNone(yield* Fiber.poll(fiber))).toBe(true)
    yield* TestClock.adjust("1 millis")
    expect((yield* Fiber.join(fiber)).status).toBe(418)
  })
)

it.scopedLive("spoilt bodies keep the status of the work", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    const spoilt = (kind: "html" | "empty" | "huge" | "wrongTypes" | "truncated" | "cut") =>
      Effect.gen(function* () {
        yield* fake.faults.add({ fault: Fault.Malformed({ kind }), times: 1 })
        return yield* call(fake, "GET", `/api/v1/profiles/${ada}/applications`)
      })
    expect(yield* spoilt("html")).toMatchObject({ status: 200, json: undefined })
    expect(yield* spoilt("empty")).toMatchObject({ status: 200, text: "" })
    expect((yield* spoilt("huge")).text.length).toBeGreaterThan(32 * 1024 * 1024)
    const wrong = { unexpected: true }
    expect((yield* spoilt("wrongTypes")).json).toMatchObject({
      data: [{ id: wrong, name: wrong }, { id: wrong }]
    })
    const truncated = yield* spoilt("truncated")
    expect(truncated.text).toMatch(/^\{"data":\[/)
    expect(truncated.json).toBeUndefined()
    yield* Effect.flip(spoilt("cut"))
    expect((yield* call(fake, "GET", `/api/v1/profiles/${ada}/applications`)).status).toBe(200)
  })
)

it.scopedLive("a huge answer that its client refuses does not hold the server", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    yield* fake.faults.add({ fault: Fault.Malformed({ kind: "huge" }), times: 1 })
    yield* Effect.promise(async () => {
      const response = await fetch(`${fake.url}/health`)
      await response.body?.cancel()
    })
    expect((yield* call(fake, "GET", "/health")).status).toBe(200)
  })
)

it.scopedLive("a create can be answered without its code", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    yield* fake.faults.add({ fault: Fault.WithoutCode(), operations: ["createTransferRequest"], times: 1 })
    const answer = yield* create(fake, "i1")
    expect(answer.status).toBe(201)
    expect(answer.json).toMatchObject({ data: { status: "pending" } })
    expect(answer.json).not.toHaveProperty("data.code")
  })
)

it.live("closing the scope frees connections that hang", () =>
  Effect.scoped(
    Effect.gen(function* () {
      const fake = yield* start()
      yield* fake.faults.add({ fault: Fault.HangBefore() })
      const fiber = yield* Effect.forkDaemon(Effect.flip(call(fake, "GET", "/health")))
      yield* fake.until(({ calls }) => Option.fromNullable(calls.find(call => call.outcome === "hanging")))
      return fiber
    })
  ).pipe(
    Effect.flatMap(Fiber.join),
    Effect.map(error => expect(error).toBeDefined())
  )
)
