import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { amountsIn, statuses, titleOf, wordOf } from "../../../bench/soak/reading.ts"
import { InteractionId } from "../../../src/domain/Ids.ts"
import { Notice } from "../../../src/domain/Notice.ts"
import type { RequestWithPeople } from "../../../src/domain/Notice.ts"
import { failed, kudosFailure, recoveryFailure } from "../../../src/programs/features/failures.ts"
import type { Wording } from "../../../src/programs/features/failures.ts"
import type { Message } from "../../../src/adapters/discord/Message.ts"
import { drawn } from "../../../src/adapters/discord/draw.ts"
import * as approvalCards from "../../../src/views/approvalCard.ts"
import * as notices from "../../../src/views/notices.ts"
import { en } from "../../../src/words/en.ts"
import { NeverSent, OutcomeUnknown } from "../../../src/domain/Kudos.ts"
import { kudosRequest, noticeMessage } from "../../views/kudosRequests.ts"

const approvalCard = (request: RequestWithPeople) => drawn(approvalCards.approvalCard(en, request))
const kudosAnswer = (request: RequestWithPeople) => drawn(notices.kudosAnswer(en, request))
const failureMessage = (wording: Wording) => drawn(Effect.runSync(failed(en, wording)))

/** As Discord keeps it. */
const face = ({ components, content, embeds }: Message, flags = 0) => ({ components, content, embeds, flags })

describe("the soak reads what the service draws", () => {
  it.each(statuses)("a card and an answer that are %s", status => {
    const card = face(approvalCard(kudosRequest(status)))
    expect([titleOf(card), wordOf(card)]).toEqual([
      "card",
      { _tag: "Stands", status, buttons: expect.any(Number), amounts: expect.arrayContaining(["10.5"]) }
    ])
    const word = wordOf(card)
    expect(word._tag === "Stands" && word.buttons > 0).toBe(status === "pending")
    const answer = face(kudosAnswer(kudosRequest(status)))
    expect(wordOf(answer)).toMatchObject({ _tag: "Stands", status, amounts: ["10.5"] })
    expect(wordOf(face(kudosAnswer(kudosRequest(status)), 1 << 7))).toEqual({ _tag: "Thinking" })
  })

  it.each(["approved", "rejected", "expired", "failed", "settled"] as const)(
    "a message that it is %s",
    status => {
      const told = face(noticeMessage(Notice.StatusChanged({ request: kudosRequest(status), status })))
      expect([titleOf(told), wordOf(told)]).toMatchObject(["other", { _tag: "Stands", status }])
    }
  )

  it("thanks, doubts and refusals", () => {
    const thanks = face(noticeMessage(Notice.KudosReceived({ request: kudosRequest("approved") })))
    expect([titleOf(thanks), wordOf(thanks)]).toMatchObject([
      "thanks",
      { _tag: "Stands", status: "approved" }
    ])
    const doubt = failureMessage(
      kudosFailure(new OutcomeUnknown({ interactionId: InteractionId.make("1") }), "")
    )
    expect(wordOf(face(doubt))).toEqual({ _tag: "MayExist" })
    const refusal = failureMessage(recoveryFailure(new NeverSent(), ""))
    expect(wordOf(face(refusal))).toMatchObject({
      _tag: "Refusal",
      text: expect.stringContaining("nothing was created")
    })
  })

  it("amounts are read whole", () => {
    expect(amountsIn("**13.00001 USDC** (≈ $13.00), then 3.00001 USDC and 7 USDC.")).toEqual([
      "13.00001",
      "3.00001",
      "7"
    ])
  })
})
