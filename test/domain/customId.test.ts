import { describe, expect, it } from "@effect/vitest"
import { FastCheck as fc, Option } from "effect"
import { decisionId, fitsButtons, parseCustomId, privacyId, viewId } from "../../src/domain/customId.ts"
import { ApplicationId, DiscordUserId, RequestCode } from "../../src/domain/Ids.ts"

const key = (code: string, applicationId: string) => ({
  code: RequestCode.make(code),
  applicationId: ApplicationId.make(applicationId)
})
const anyKey = fc
  .record({ code: fc.string({ minLength: 1, maxLength: 60 }), application: fc.stringMatching(/^\d{1,12}$/) })
  .map(({ application, code }) => key(code, application))

describe("a button's custom id", () => {
  it("is read back exactly, whatever the code contains", () => {
    fc.assert(
      fc.property(anyKey, request => {
        for (const decision of ["approved", "rejected"] as const)
          expect(parseCustomId(decisionId(decision, request))).toEqual(
            Option.some({ _tag: "Decide", decision, request })
          )
        for (const audience of ["owner", "requester", "recipient"] as const)
          expect(parseCustomId(viewId(audience, request))).toEqual(
            Option.some({ _tag: "View", audience, request })
          )
      }),
      { numRuns: 1000 }
    )
  })

  it("of View is never longer than that of Approve", () => {
    fc.assert(
      fc.property(anyKey, request => {
        expect(viewId("requester", request).length).toBeLessThanOrEqual(
          decisionId("approved", request).length
        )
      })
    )
  })

  it.each([
    ["approve-ABC123-123", "approved", "ABC123", "123"],
    ["reject-A-B-C-123", "rejected", "A-B-C", "123"],
    ["transfer_request_approve-X-9", "approved", "X", "9"],
    ["transfer_request_reject-X-1-9", "rejected", "X-1", "9"]
  ] as const)("%s is %s of %s in %s", (id, decision, code, application) => {
    expect(parseCustomId(id)).toEqual(
      Option.some({ _tag: "Decide", decision, request: key(code, application) })
    )
  })

  it.each([
    "",
    "approve",
    "approve-",
    "approve-ABC",
    "approve-ABC-",
    "approve-ABC-12a",
    "approve-ABC-١٢",
    "APPROVE-ABC-1",
    "approved-ABC-1",
    "view-x-ABC-1",
    "view-o-ABC",
    "privacy-delete-12",
    "privacy-forget-123456789012345678",
    "__proto__-a-1",
    "approve_ABC_1"
  ])("%j is nobody's", id => {
    expect(parseCustomId(id)).toEqual(Option.none())
  })

  it("of /privacy names the choice and the asker", () => {
    const asker = DiscordUserId.make("123456789012345678")
    for (const choice of ["delete", "keep"] as const)
      expect(parseCustomId(privacyId(choice, asker))).toEqual(Option.some({ _tag: "Privacy", choice, asker }))
  })

  it("of any shape is read without a crash", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200, unit: "binary" }), id => {
        expect(Option.isOption(parseCustomId(id))).toBe(true)
      }),
      { numRuns: 2000 }
    )
  })

  it("fits up to 100 characters and not one more, and only with digits for the application", () => {
    const room = 100 - "approve--123".length
    expect(fitsButtons(key("x".repeat(room), "123"))).toBe(true)
    expect(fitsButtons(key("x".repeat(room + 1), "123"))).toBe(false)
    expect(fitsButtons(key("x", "app"))).toBe(false)
  })
})
