import { it } from "@effect/vitest"
import { Duration, Effect, Option } from "effect"
import { describe, expect } from "vitest"
import { within } from "../../../src/context/Deadline.ts"
import { MochiPay } from "../../../src/ports/MochiPay.ts"
import { DAO_APP } from "../../../sandbox/mochi/demoWorld.ts"
import * as Given from "./mochiClients.ts"
import { ada, community, dao, kudos, linus, withMochi } from "./mochiWorld.ts"

describe("A create whose answer goes wrong", () => {
  it.live("is in doubt after a reset, whether Mochi had done its work or not, and is sent once", () =>
    withMochi(fake =>
      Effect.gen(function* () {
        const pay = yield* MochiPay
        for (const fault of [{ _tag: "ResetBefore" }, { _tag: "ResetAfter" }] as const) {
          yield* fake.faults.add({ fault, times: 1 })
          const error = yield* Effect.flip(pay.create(kudos, Effect.succeed(true)))
          expect([error.reason, error.mayHaveHappened]).toEqual(["Unavailable", true])
        }
        expect(yield* fake.creates).toHaveLength(2)
      })
    )
  )

  it.live("is created without a code where the body of a 2xx is of no use", () =>
    withMochi(fake =>
      Effect.gen(function* () {
        const pay = yield* MochiPay
        for (const kind of ["html", "empty", "huge", "wrongTypes", "truncated", "cut"] as const) {
          yield* fake.faults.clear
          yield* fake.faults.add({ fault: { _tag: "Malformed", kind } })
          expect([kind, yield* pay.create(kudos, Effect.succeed(true))]).toEqual([kind, Option.none()])
        }
      })
    )
  )

  it.live("is known not to have happened where nobody listens", () =>
    Effect.gen(function* () {
      const pay = yield* MochiPay
      const error = yield* Effect.flip(pay.create(kudos, Effect.succeed(true)))
      expect([error.reason, error.mayHaveHappened]).toEqual(["Unavailable", false])
      expect(yield* pay.reachable).toBe(false)
      // port 1 is reserved and never served
    }).pipe(Effect.provide(Given.clients("http://127.0.0.1:1")))
  )
})

it.live("A call to a Mochi that hangs ends at its caller's deadline, and a create is then in doubt", () =>
  withMochi(fake =>
    Effect.gen(function* () {
      const pay = yield* MochiPay
      yield* fake.faults.add({ fault: { _tag: "HangAfter" } })
      const [spent, error] = yield* Effect.timed(
        Effect.flip(within("300 millis")(pay.create(kudos, Effect.succeed(true))))
      )
      expect([error.reason, error.mayHaveHappened]).toEqual(["TimedOut", true])
      expect(Duration.toMillis(spent)).toBeLessThan(2_000)
      expect(yield* fake.requests).toHaveLength(1)
      yield* fake.faults.clear
      expect(yield* pay.recentRequests(community)).toHaveLength(1)
    })
  )
)

describe("A list whose body goes wrong", () => {
  it.live("is a typed error, and is not asked for again", () =>
    withMochi(fake =>
      Effect.gen(function* () {
        const pay = yield* MochiPay
        for (const kind of ["html", "empty", "huge", "wrongTypes", "truncated"] as const) {
          yield* fake.faults.clear
          yield* fake.forgetCalls
          yield* fake.faults.add({ fault: { _tag: "Malformed", kind } })
          const error = yield* Effect.flip(pay.vaults(ada, dao))
          expect([kind, error.reason, error.mayHaveHappened]).toEqual([kind, "Undecodable", false])
          expect(yield* fake.calls).toHaveLength(1)
        }
      })
    )
  )

  it.live("is asked for again where the connection broke inside it", () =>
    withMochi(fake =>
      Effect.gen(function* () {
        const pay = yield* MochiPay
        yield* fake.faults.add({ fault: { _tag: "Malformed", kind: "cut" }, times: 1 })
        yield* fake.faults.add({ fault: { _tag: "ResetAfter" }, times: 1 })
        expect(yield* pay.vaults(ada, dao)).toHaveLength(2)
        expect(yield* fake.calls).toHaveLength(3)
      })
    )
  )
})

describe("A decision whose answer is lost", () => {
  it.live("is asked for again with a key that stays, and says that it was repeated", () =>
    withMochi(fake =>
      Effect.gen(function* () {
        const pay = yield* MochiPay
        const { code } = yield* fake.seedRequest()
        yield* fake.faults.add({ fault: { _tag: "ResetAfter" }, operations: ["approve"], times: 1 })
        const answer = yield* pay.decide({
          request: { applicationId: dao, code: Given.code(code) },
          profileId: linus,
          decision: "approved",
          interactionId: Given.interactionId
        })
        expect(answer).toEqual({ outcome: "already settled", retried: true })
        const calls = yield* fake.callsOf("approve")
        expect(calls.map(call => call.headers["idempotency-key"])).toEqual([
          `${code}:approved:${Given.interactionId}`,
          `${code}:approved:${Given.interactionId}`
        ])
      })
    )
  )
})

it.live("A redirect is not followed", () =>
  withMochi(fake =>
    Effect.gen(function* () {
      const pay = yield* MochiPay
      const headers = { location: `${fake.url}/health` }
      yield* fake.faults.add({ fault: { _tag: "Status", status: 302, headers } })
      const read = yield* Effect.flip(pay.vaults(ada, dao))
      expect([read.reason, read.mayHaveHappened]).toEqual(["Undecodable", false])
      const write = yield* Effect.flip(pay.create(kudos, Effect.succeed(true)))
      expect([write.reason, write.mayHaveHappened]).toEqual(["Undecodable", true])
      expect(yield* fake.callsOf("health")).toEqual([])
    })
  )
)

it.live("Codes and ids of any shape reach Mochi as they are, and cannot steer a call", () =>
  withMochi(fake =>
    Effect.gen(function* () {
      const pay = yield* MochiPay
      for (const odd of ["a/b", "a?b=c#d", "%2e%2e", "ü\r\nX-Evil: 1", "..%2f", "x".repeat(200), "名前"]) {
        yield* fake.forgetCalls
        const error = yield* Effect.flip(
          pay.decide({
            request: { applicationId: dao, code: Given.code(odd) },
            profileId: linus,
            decision: "rejected",
            interactionId: Given.interactionId
          })
        )
        expect(error.reason).toBe("NotFound")
        const [call] = yield* fake.calls
        expect(call?.path).toBe(
          `/api/v1/profiles/90103/applications/${DAO_APP}/requests/${encodeURIComponent(odd)}/rejected`
        )
        expect(call?.headers["idempotency-key"]).toBe(
          `${encodeURIComponent(odd)}:rejected:${Given.interactionId}`
        )
      }
      yield* fake.forgetCalls
      for (const odd of [".", "..", "\ud800"]) {
        const error = yield* Effect.flip(pay.state({ applicationId: dao, code: Given.code(odd) }))
        expect([odd, error.reason]).toEqual([odd, "UnsafePath"])
      }
      expect(yield* fake.calls).toEqual([])
    })
  )
)
