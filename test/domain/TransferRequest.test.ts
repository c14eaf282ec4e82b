import { describe, expect, it } from "@effect/vitest"
import { DateTime, Either, FastCheck as fc, Option } from "effect"
import { InteractionId } from "../../src/domain/Ids.ts"
import { RequestStatus } from "../../src/domain/RequestStatus.ts"
import { afterReport, nobody, requestReport, withIntent } from "../../src/domain/TransferRequest.ts"
import type { TransferRequest } from "../../src/domain/TransferRequest.ts"
import { at, byProfile, facts, key, report, request } from "./requests.ts"

const known = (status: RequestStatus) => Option.some(request(status))
const statusAfter = (before: RequestStatus, heard: RequestStatus, authoritative = false) =>
  Either.match(afterReport(known(before), report(heard, { authoritative }), at), {
    onLeft: question => question,
    onRight: ({ status }) => status
  })

describe("a status heard", () => {
  it.each([
    ["pending", "pending", "pending"],
    ["pending", "approved", "approved"],
    ["pending", "rejected", "rejected"],
    ["pending", "expired", "expired"],
    ["pending", "failed", "failed"],
    ["pending", "settled", "settled"],
    ["approved", "pending", "approved"],
    ["approved", "failed", "failed"],
    ["approved", "rejected", "ask Mochi"],
    ["approved", "expired", "ask Mochi"],
    ["approved", "settled", "approved"],
    ["rejected", "pending", "rejected"],
    ["rejected", "approved", "ask Mochi"],
    ["rejected", "failed", "ask Mochi"],
    ["expired", "approved", "ask Mochi"],
    ["failed", "approved", "failed"],
    ["failed", "rejected", "ask Mochi"],
    ["settled", "rejected", "rejected"],
    ["settled", "pending", "settled"]
  ] as const)("of a request that is %s, when it is %s, makes it %s", (before, heard, after) => {
    expect(statusAfter(before, heard)).toBe(after)
  })

  it("from Mochi itself decides between finals that contradict each other", () => {
    expect(statusAfter("approved", "rejected", true)).toBe("rejected")
    expect(statusAfter("expired", "approved", true)).toBe("approved")
    expect(statusAfter("approved", "pending", true)).toBe("approved")
  })

  it("never makes a settled request pending again, in any order of any reports", () => {
    const heard = fc.record({
      status: fc.constantFrom(...RequestStatus.literals),
      authoritative: fc.boolean()
    })
    fc.assert(
      fc.property(fc.array(heard, { maxLength: 12 }), reports => {
        let now: Option.Option<TransferRequest> = Option.none()
        for (const { authoritative, status } of reports) {
          const after = afterReport(now, report(status, { authoritative }), at)
          const before = now
          now = Either.isRight(after) ? Option.some(after.right) : now
          const wasSettled = Option.exists(before, stored => stored.status !== "pending")
          if (wasSettled) expect(Option.exists(now, stored => stored.status !== "pending")).toBe(true)
          for (const stored of Option.toArray(now))
            expect(Option.isSome(stored.settlement)).toBe(stored.status !== "pending")
        }
      }),
      { numRuns: 1000 }
    )
  })

  it("that a source leaves open changes nothing but what the request is about", () => {
    const undecided = { ...request("approved"), settlement: Option.some({ by: nobody, at }) }
    const silent = requestReport(key, {
      facts: Option.some(facts({ chain: Option.some("Base") })),
      by: byProfile("9")
    })
    expect(afterReport(Option.some(undecided), silent, at)).toEqual(
      Either.right({ ...undecided, facts: Option.some(facts({ chain: Option.some("Base") })) })
    )
    expect(Either.map(afterReport(Option.none(), silent, at), ({ status }) => status)).toEqual(
      Either.right("pending")
    )
  })

  it("a second time changes nothing", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...RequestStatus.literals),
        fc.constantFrom(...RequestStatus.literals),
        (before, heard) => {
          const once = afterReport(known(before), report(heard), at)
          if (Either.isLeft(once)) return
          expect(afterReport(Option.some(once.right), report(heard), at)).toEqual(once)
        }
      )
    )
  })
})

describe("what a request is about", () => {
  it("is fixed by the first source, and a later one fills only what was left open", () => {
    const first = facts({
      amount: "1",
      symbol: "ETH",
      owner: { profileId: Option.none(), userId: Option.none() }
    })
    const later = facts({
      amount: "2",
      symbol: "USDC",
      chain: Option.some("Base"),
      reason: Option.some("late")
    })
    const after = Either.getOrThrow(
      afterReport(
        Option.some(request("pending", Option.some(first))),
        report("pending", { facts: Option.some(later) }),
        at
      )
    )
    expect(Option.getOrThrow(after.facts)).toEqual({
      ...first,
      chain: Option.some("Base"),
      reason: Option.some("late"),
      owner: later.owner
    })
  })

  it("is what our own intent says, also where a webhook came first", () => {
    const mine = facts({ amount: "1" })
    const intent = { interactionId: InteractionId.make("7"), facts: mine, origin: Option.some("trace") }
    const heard = request("approved", Option.some(facts({ amount: "2", chain: Option.some("Base") })))
    const merged = withIntent(Option.some(heard), key, intent)
    expect(Option.getOrThrow(merged.facts)).toEqual({ ...mine, chain: Option.some("Base") })
    expect(merged).toMatchObject({
      status: "approved",
      settlement: heard.settlement,
      origin: Option.some("trace")
    })
    expect(withIntent(Option.none(), key, intent)).toMatchObject({ status: "pending", key })
  })
})

describe("who decided", () => {
  it("stays as first told, and is filled in where it becomes known later", () => {
    const undecided = Either.getOrThrow(afterReport(Option.none(), report("approved"), at))
    const later = DateTime.add(at, { hours: 1 })
    const named = Either.getOrThrow(
      afterReport(Option.some(undecided), report("approved", { by: byProfile("9") }), later)
    )
    expect(Option.getOrThrow(named.settlement)).toEqual({ by: byProfile("9"), at })
    const again = Either.getOrThrow(
      afterReport(Option.some(named), report("approved", { by: byProfile("8") }), at)
    )
    expect(Option.getOrThrow(again.settlement).by).toEqual(byProfile("9"))
  })

  it("is not taken from a report of another status", () => {
    const approved = Either.getOrThrow(afterReport(Option.none(), report("approved"), at))
    const after = Either.getOrThrow(
      afterReport(Option.some(approved), report("settled", { by: byProfile("9") }), at)
    )
    expect(Option.getOrThrow(after.settlement).by.profileId).toEqual(Option.none())
  })
})
