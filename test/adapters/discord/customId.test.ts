import { describe, expect, it } from "@effect/vitest"
import { FastCheck as fc, Option } from "effect"
import { customIdOf, fitsButtons, parseCustomId } from "../../../src/adapters/discord/customId.ts"
import { Action } from "../../../src/domain/Action.ts"
import * as Ids from "../../../src/domain/Ids.ts"
import type { Audience } from "../../../src/domain/Notification.ts"
import type { Decision } from "../../../src/domain/RequestStatus.ts"

const request = fc
  .record({
    code: fc.oneof(
      fc.string({ minLength: 1, maxLength: 70 }),
      fc.stringMatching(/^[A-Z0-9-]{1,70}$/),
      fc.string({ unit: "binary", minLength: 1, maxLength: 40 })
    ),
    applicationId: fc.stringMatching(/^\d{1,18}$/)
  })
  .map(({ applicationId, code }) => ({
    code: Ids.RequestCode.make(code),
    applicationId: Ids.ApplicationId.make(applicationId)
  }))

describe("A button's custom id", () => {
  it("is read back as what it was made for, whatever the code holds", () => {
    fc.assert(
      fc.property(request, fc.constantFrom<Decision>("approved", "rejected"), (key, decision) => {
        expect(parseCustomId(customIdOf(Action.Decide({ decision, request: key })))).toEqual(
          Option.some(Action.Decide({ decision, request: key }))
        )
        const former = `transfer_request_${decision === "approved" ? "approve" : "reject"}-${key.code}-${key.applicationId}`
        expect(parseCustomId(former)).toEqual(Option.some(Action.Decide({ decision, request: key })))
      }),
      { numRuns: 2000 }
    )
  })

  it("behind View is read back too, and is no longer than Approve", () => {
    fc.assert(
      fc.property(request, fc.constantFrom<Audience>("owner", "requester", "recipient"), (key, audience) => {
        const id = customIdOf(Action.View({ audience, request: key }))
        expect(parseCustomId(id)).toEqual(Option.some(Action.View({ audience, request: key })))
        expect(id.length).toBeLessThanOrEqual(
          customIdOf(Action.Decide({ decision: "approved", request: key })).length
        )
      })
    )
  })

  it("of the privacy question is read back", () => {
    const asker = Ids.UserId.make("184027593016284160")
    for (const choice of ["delete", "keep"] as const)
      expect(parseCustomId(customIdOf(Action.Erase({ choice, asker })))).toEqual(
        Option.some(Action.Erase({ choice, asker }))
      )
  })

  it("of any other shape is nothing, and never a crash", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 120 }), text => {
        const parsed = parseCustomId(text)
        if (Option.isSome(parsed))
          expect(text).toMatch(/^(transfer_request_)?(approve|reject)-|^view-[oqr]-|^privacy-/)
      }),
      { numRuns: 5000 }
    )
  })

  it.each([
    "",
    "-",
    "approve",
    "approve-",
    "approve-A",
    "approve-A-",
    "approve--1",
    "approve-A-1x",
    "approve-A-１",
    "approve-A-1 ",
    "approve-A-1\n",
    " approve-A-1",
    "Approve-A-1",
    "transfer_request-A-1",
    "view-A-1",
    "view-o-1",
    "view-x-A-1",
    "privacy-delete-1",
    "privacy-delete-184027593016284160x"
  ])("%j is nothing", text => {
    expect(parseCustomId(text)).toEqual(Option.none())
  })

  it("is not made where it would be longer than Discord takes, or could not be read back", () => {
    const key = (code: string, applicationId: string) => ({
      code: Ids.RequestCode.make(code),
      applicationId: Ids.ApplicationId.make(applicationId)
    })
    expect(fitsButtons(key("C".repeat(88), "123"))).toBe(true)
    expect(fitsButtons(key("C".repeat(89), "123"))).toBe(false)
    expect(fitsButtons(key("C", "an-app"))).toBe(false)
  })
})
