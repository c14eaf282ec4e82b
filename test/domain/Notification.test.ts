import { describe, expect, it } from "@effect/vitest"
import { FastCheck as fc, Option } from "effect"
import { notificationsFor, requesterLearnsAnyway } from "../../src/domain/Notification.ts"
import { RequestStatus } from "../../src/domain/RequestStatus.ts"
import { nobody } from "../../src/domain/TransferRequest.ts"
import { byDiscord, byProfile, facts, request } from "./requests.ts"

const statuses = RequestStatus.literals

describe("who hears that a request", () => {
  it.each([
    ["pending", ["owner"]],
    ["approved", ["owner", "requester", "recipient"]],
    ["rejected", ["owner", "requester"]],
    ["expired", ["owner", "requester"]],
    ["failed", ["owner", "requester"]],
    ["settled", ["owner", "requester"]]
  ] as const)("is %s: %s", (status, audiences) => {
    expect(notificationsFor(request(status)).map(({ audience }) => audience)).toEqual(audiences)
  })

  it("is shown a card, the change, or the thanks, each in their role", () => {
    expect(notificationsFor(request("approved"))).toEqual([
      { audience: "owner", kind: "approval_card" },
      { audience: "requester", kind: "status_changed" },
      { audience: "recipient", kind: "kudos_received" }
    ])
  })

  it.each(statuses)("is %s: nobody while nothing but that is known", status => {
    expect(notificationsFor(request(status, Option.none()))).toEqual([])
  })

  it("leaves out owner and requester whom no source has named", () => {
    const known = Option.some(facts({ owner: nobody, requester: nobody }))
    expect(notificationsFor(request("approved", known)).map(({ audience }) => audience)).toEqual([
      "recipient"
    ])
    expect(notificationsFor(request("pending", known))).toEqual([])
  })

  it.each(statuses)("is %s after it was approved: the recipient as well (A18)", status => {
    const audiences = notificationsFor(request(status), "approved").map(({ audience }) => audience)
    expect(audiences).toContain("recipient")
    expect(new Set(audiences).size).toBe(audiences.length)
    expect(notificationsFor(request(status, Option.none()), "approved")).toEqual([])
  })

  it("holds each audience once at the most, even if one person is several of them", () => {
    const party = fc.oneof(
      fc.constant(nobody),
      fc.constantFrom("1", "2").map(byProfile),
      fc.constantFrom("100000000000000001", "100000000000000002").map(byDiscord)
    )
    fc.assert(
      fc.property(
        fc.constantFrom(...statuses),
        party,
        party,
        party,
        (status, owner, requester, recipient) => {
          const known = Option.some(facts({ owner, requester, recipient }))
          const audiences = notificationsFor(request(status, known)).map(({ audience }) => audience)
          expect(new Set(audiences).size).toBe(audiences.length)
          expect(audiences.includes("recipient")).toBe(status === "approved")
        }
      ),
      { numRuns: 500 }
    )
  })
})

describe("a requester", () => {
  it.each(statuses)("who owns the application hears from the card that it is %s", status => {
    expect(requesterLearnsAnyway(facts({ requester: byProfile("1") }), status)).toBe(true)
  })

  it.each(statuses)(
    "who is the recipient hears from the thanks alone, so not that it is %s unless approved",
    status => {
      expect(requesterLearnsAnyway(facts({ requester: byProfile("3") }), status)).toBe(status === "approved")
    }
  )

  it("is known by either id, and nobody is the same as nobody", () => {
    const discord = byDiscord("100000000000000001")
    expect(requesterLearnsAnyway(facts({ requester: discord, owner: discord }), "rejected")).toBe(true)
    expect(
      requesterLearnsAnyway(facts({ requester: nobody, owner: nobody, recipient: nobody }), "approved")
    ).toBe(false)
    expect(requesterLearnsAnyway(facts(), "approved")).toBe(false)
  })
})
