import { describe, expect, it } from "@effect/vitest"
import { judge } from "../../../bench/soak/oracle.ts"
import type { Status, Title, Word } from "../../../bench/soak/reading.ts"
import { isClean, reportOf } from "../../../bench/soak/report.ts"
import type { Request, Seen, Sighting, Version } from "../../../bench/soak/seen.ts"

const amount = "3.00001"
const limits = { within: 60_000, lastKill: 30_000 }

const stands = (status: Status, buttons = 0, named = amount): Word => ({
  _tag: "Stands",
  status,
  buttons,
  amounts: [named]
})
const refusal: Word = { _tag: "Refusal", text: "Something went wrong: nothing was created." }
const at = (seconds: number, word: Word): Version => ({ at: seconds * 1000, word })
const message = (title: Title, place: string, ...versions: ReadonlyArray<Version>): Sighting => ({
  title,
  place,
  versions
})

const pendingCard = at(2, stands("pending", 2))
const card = message("card", "owner", pendingCard, at(5, stands("approved")))
const thanks = message("thanks", "recipient", at(6, stands("approved")))
const thinking = at(0.2, { _tag: "Thinking" })
const answer = [thinking, at(1, stands("pending")), at(6, stands("approved"))]
const request: Request = { code: "ABC-1", status: "approved", createdAt: 800, settledAt: 5_000 }

/** A `/kudos` that was approved, and of which everybody saw what they should have seen. */
const good: Seen = {
  index: 0,
  sender: "sender",
  recipient: "recipient",
  owner: "owner",
  amount,
  sentAt: 0,
  acknowledged: true,
  creates: 1,
  requests: [request],
  answer,
  messages: [card, thanks]
}

const told = (status: Status, seconds = 7, place = "sender") =>
  message("other", place, at(seconds, stands(status)))

const rejected: Partial<Seen> = {
  requests: [{ ...request, status: "rejected" }],
  answer: [thinking, at(1, stands("pending")), at(6, stands("rejected"))],
  messages: [message("card", "owner", pendingCard, at(5, stands("rejected")))]
}

const findingsOf = (change: Partial<Seen>, judgedBy = limits) =>
  judge({ ...good, ...change }, judgedBy).findings.map(({ fault, subject }) => `${subject} ${fault}`)

describe("a world in which nothing is wrong", () => {
  it.each<readonly [string, Partial<Seen>]>([
    ["approved", {}],
    ["rejected", rejected],
    [
      "refused before anything was created",
      { creates: 0, requests: [], answer: [thinking, at(2, refusal)], messages: [] }
    ],
    ["a create that Mochi refused", { requests: [], answer: [thinking, at(2, refusal)], messages: [] }],
    [
      "not answered by Discord's time, and nothing was created",
      { acknowledged: false, creates: 0, requests: [], answer: [], messages: [] }
    ],
    [
      "not answered in time, and the truth came by message",
      { acknowledged: false, answer: [], messages: [card, thanks, told("approved")] }
    ],
    [
      "settled before the card was there",
      { messages: [message("card", "owner", at(6, stands("approved"))), thanks] }
    ],
    [
      "first in doubt, then found",
      { answer: [thinking, at(1, { _tag: "MayExist" }), at(6, stands("approved"))] }
    ],
    [
      "in doubt of what was not created",
      { requests: [], answer: [thinking, at(1, { _tag: "MayExist" })], messages: [] }
    ],
    [
      "told by a message, since the edit came three minutes after the command",
      {
        requests: [{ ...request, settledAt: 180_000 }],
        answer: [thinking, at(1, stands("pending")), at(185, stands("approved"))],
        messages: [
          message("card", "owner", pendingCard, at(181, stands("approved"))),
          message("thanks", "recipient", at(182, stands("approved"))),
          told("approved", 186)
        ]
      }
    ]
  ])("%s", (_, change) => {
    expect(findingsOf(change)).toEqual([])
  })
})

describe("what is wrong is found", () => {
  it.each<readonly [string, Partial<Seen>, ReadonlyArray<string>]>([
    ["no card", { messages: [thanks] }, ["card lost"]],
    ["two cards", { messages: [card, card, thanks] }, ["card doubled"]],
    ["a card with somebody else", { messages: [{ ...card, place: "sender" }, thanks] }, ["card wrong"]],
    [
      "a card that stays pending",
      { messages: [message("card", "owner", pendingCard), thanks] },
      ["card wrong"]
    ],
    [
      "a card in another final state",
      { messages: [message("card", "owner", at(5, stands("rejected"))), thanks] },
      ["card wrong"]
    ],
    [
      "a vague card",
      { messages: [message("card", "owner", at(5, stands("settled"))), thanks] },
      ["card wrong"]
    ],
    [
      "a settled card with buttons",
      { messages: [message("card", "owner", at(5, stands("approved", 2))), thanks] },
      ["card wrong"]
    ],
    [
      "a card that went back for a while",
      {
        messages: [
          message(
            "card",
            "owner",
            at(5, stands("approved")),
            at(6, stands("pending", 2)),
            at(7, stands("approved"))
          ),
          thanks
        ]
      },
      ["card wrong"]
    ],
    [
      "a card of another amount",
      {
        messages: [message("card", "owner", at(5, stands("approved", 0, "99"))), thanks]
      },
      ["request wrong"]
    ],
    ["two creates", { creates: 2 }, ["request doubled"]],
    ["two requests", { requests: [request, { ...request, code: "ABC-2" }] }, ["request doubled"]],
    [
      "a request that nobody could decide",
      {
        requests: [{ ...request, status: "pending", settledAt: undefined }],
        answer: [thinking, at(1, stands("pending"))],
        messages: [message("card", "owner", pendingCard)]
      },
      ["request wrong"]
    ],
    [
      "a pending card without buttons",
      {
        requests: [{ ...request, status: "pending", settledAt: undefined }],
        answer: [thinking, at(1, stands("pending"))],
        messages: [message("card", "owner", at(2, stands("pending")))]
      },
      ["card wrong"]
    ],
    [
      "an answer that never came",
      { answer: [thinking], messages: [card, thanks, told("approved")] },
      ["answer lost"]
    ],
    [
      "no answer where there is no request",
      { requests: [], creates: 0, answer: [thinking], messages: [] },
      ["answer lost"]
    ],
    [
      "a denial",
      { answer: [thinking, at(2, refusal)], messages: [card, thanks, told("approved")] },
      ["answer wrong", "answer wrong"]
    ],
    [
      "a denial that was corrected",
      { answer: [thinking, at(2, refusal), at(6, stands("approved"))] },
      ["answer wrong"]
    ],
    ["a claim without a request", { requests: [], messages: [] }, ["answer wrong"]],
    [
      "a doubt that stays",
      { answer: [thinking, at(2, { _tag: "MayExist" })], messages: [card, thanks, told("approved")] },
      ["answer wrong"]
    ],
    [
      "an answer that went back to pending",
      { answer: [...answer, at(8, stands("pending"))] },
      ["answer wrong", "answer wrong"]
    ],
    [
      "a requester who was not told",
      { answer: [thinking, at(1, stands("pending"))] },
      ["answer wrong", "status lost"]
    ],
    ["a requester without an answer who was not told", { acknowledged: false, answer: [] }, ["status lost"]],
    ["an edit in time and a message", { messages: [card, thanks, told("approved")] }, ["status doubled"]],
    [
      "two messages",
      { acknowledged: false, answer: [], messages: [card, thanks, told("approved"), told("approved")] },
      ["status doubled"]
    ],
    ["a message of another end", { messages: [card, thanks, told("rejected")] }, ["status wrong"]],
    [
      "the requester's message with somebody else",
      { acknowledged: false, answer: [], messages: [card, thanks, told("approved", 7, "general")] },
      ["status wrong"]
    ],
    ["no thanks", { messages: [card] }, ["thanks lost"]],
    ["thanks twice", { messages: [card, thanks, thanks] }, ["thanks doubled"]],
    ["thanks to somebody else", { messages: [card, { ...thanks, place: "sender" }] }, ["thanks wrong"]],
    [
      "thanks for what was rejected",
      { ...rejected, messages: [...(rejected.messages ?? []), thanks] },
      ["thanks wrong"]
    ],
    [
      "messages about nothing",
      { acknowledged: false, creates: 0, requests: [], answer: [], messages: [card] },
      ["request wrong"]
    ]
  ])("%s", (_, change, expected) => {
    expect(findingsOf(change)).toEqual(expected)
  })

  it("late is what comes over a minute after it was owed and after the last kill", () => {
    const cardAt = (seconds: number) => ({
      messages: [message("card", "owner", pendingCard, at(seconds, stands("approved"))), thanks]
    })
    expect(findingsOf(cardAt(89))).toEqual([])
    expect(findingsOf(cardAt(91))).toEqual(["card late"])
    expect(findingsOf(cardAt(64), { within: 60_000, lastKill: 0 })).toEqual([])
    expect(findingsOf(cardAt(66), { within: 60_000, lastKill: 0 })).toEqual(["card late"])
  })

  it("what is lost may still come, what is doubled stays", () => {
    const corrects = (change: Partial<Seen>) =>
      judge({ ...good, ...change }, limits).findings.map(({ mayRecover }) => mayRecover)
    expect(corrects({ messages: [card] })).toEqual([true])
    expect(corrects({ messages: [card, thanks, thanks] })).toEqual([false])
    expect(judge({ ...good, messages: [card] }, limits).completeAt).toBeUndefined()
    expect(judge(good, limits).completeAt).toBe(6_000)
  })
})

describe("the report", () => {
  const reportFor = (...worlds: ReadonlyArray<Seen>) =>
    reportOf(
      {
        judgements: worlds.map(seen => judge(seen, limits)),
        killedAt: [10_000, 30_000],
        ended: [],
        strays: []
      },
      {},
      { seed: 7, minutes: 1 }
    )

  it("counts what was owed, and is clean only without any fault", () => {
    const clean = reportFor(good, { ...good, ...rejected, index: 1 })
    expect(clean.counts).toEqual({ sent: 9, lost: 0, doubled: 0, wrong: 0, late: 0 })
    expect(isClean(clean)).toBe(true)
    const faulty = reportFor(good, { ...good, messages: [card] }, { ...good, messages: [card, card, thanks] })
    const backwards = [...answer, at(8, stands("pending"))]
    expect(reportFor({ ...good, answer: backwards }).counts).toMatchObject({ wrong: 1 })
    expect(faulty.counts).toMatchObject({ lost: 1, doubled: 1, wrong: 0, late: 0 })
    expect(faulty.findings.map(({ code, fault, subject }) => [code, subject, fault])).toEqual([
      ["ABC-1", "thanks", "lost"],
      ["ABC-1", "card", "doubled"]
    ])
    expect(isClean(faulty)).toBe(false)
  })

  it("a soak that sent nothing, killed nothing, or whose service ended by itself is not clean", () => {
    expect(isClean(reportFor())).toBe(false)
    expect(isClean({ ...reportFor(good), kills: 0 })).toBe(false)
    expect(isClean({ ...reportFor(good), ended: ["exit code 1"] })).toBe(false)
  })

  it("who got no answer from Discord is counted apart, with what was created all the same", () => {
    const unanswered = { ...good, acknowledged: false, answer: [] }
    const report = reportFor(
      { ...unanswered, messages: [card, thanks, told("approved")] },
      { ...unanswered, creates: 0, requests: [], messages: [] }
    )
    expect(report.unanswered).toEqual({ kudos: 2, requests: 1 })
    expect(report.counts).toMatchObject({ lost: 0, doubled: 0, wrong: 0, late: 0 })
  })
})
