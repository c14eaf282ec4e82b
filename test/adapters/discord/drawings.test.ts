import { describe, expect, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import * as Ids from "../../../src/domain/Ids.ts"
import { Notice } from "../../../src/domain/Notice.ts"
import type { RequestWithPeople } from "../../../src/domain/Notice.ts"
import { RequestStatus } from "../../../src/domain/RequestStatus.ts"
import { isDrawingOf } from "../../../src/adapters/discord/drawings.ts"
import { kudosRequest, noticeMessage } from "../../views/kudosRequests.ts"

const statuses = RequestStatus.literals
const of = (status: RequestStatus, applicationId: string, code: string): RequestWithPeople => ({
  ...kudosRequest(status),
  key: { applicationId: Ids.ApplicationId.make(applicationId), code: Ids.RequestCode.make(code) }
})

/** The notices of one request that can stand in one channel. */
const noticesOf = (status: RequestStatus, applicationId: string, code: string) => ({
  card: Notice.ApprovalCard({ request: of(status, applicationId, code) }),
  approved: Notice.StatusChanged({ request: of(status, applicationId, code), status: "approved" }),
  failed: Notice.StatusChanged({ request: of(status, applicationId, code), status: "failed" }),
  thanks: Notice.KudosReceived({ request: of(status, applicationId, code) }),
  pointer: Notice.Pointer({
    audience: "owner",
    userId: Ids.UserId.make("184027593016284160"),
    key: of(status, applicationId, code).key
  })
})

describe("a message is found again as a drawing of its notice", () => {
  it("whatever its status was and is, and as no other notice, request or application (A14, A18)", () => {
    const anyNotices = fc.tuple(
      fc.constantFrom(...statuses),
      fc.constantFrom("1", "12", "123"),
      fc.constantFrom("A", "A-1", "A-12", "x".repeat(255), `${"x".repeat(254)}y`)
    )
    fc.assert(
      fc.property(anyNotices, anyNotices, (one, other) => {
        const looked = Object.entries(noticesOf(...one))
        const standing = Object.entries(noticesOf(...other))
        const isSame = one[1] === other[1] && one[2] === other[2]
        for (const [name, notice] of looked)
          for (const [otherName, message] of standing)
            expect(isDrawingOf(notice)(noticeMessage(message))).toBe(isSame && name === otherName)
      }),
      { numRuns: 300 }
    )
  })

  it("without the application in its mark, as an earlier release drew it, if the vault is the same (A14)", () => {
    const card = Notice.ApprovalCard({ request: kudosRequest("pending") })
    const [embed] = noticeMessage(Notice.ApprovalCard({ request: kudosRequest("rejected") })).embeds
    const former = { ...embed, url: undefined }
    expect(isDrawingOf(card)({ embeds: [former] })).toBe(true)
    const others = kudosRequest("pending", { applicationName: "Second app" })
    expect(isDrawingOf(Notice.ApprovalCard({ request: others }))({ embeds: [former] })).toBe(false)
  })

  it("is never a message of any other form", () => {
    const wanted = Object.values(noticesOf("pending", "1", "A"))
    for (const message of [
      { embeds: [] },
      { embeds: [{}] },
      { embeds: [{ title: "Vault Transfer Request" }] },
      { embeds: [{ title: null, footer: null, fields: null }], components: "x" },
      { embeds: [], components: [{ components: [{ custom_id: 7 }, null] }] }
    ])
      for (const notice of wanted) expect(isDrawingOf(notice)(message)).toBe(false)
  })
})
