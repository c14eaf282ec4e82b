import { describe, expect, it } from "@effect/vitest"
import { FastCheck as fc, Option } from "effect"
import * as Ids from "../../src/domain/Ids.ts"
import { Notice } from "../../src/domain/Notice.ts"
import type { RequestWithPeople } from "../../src/domain/Notice.ts"
import type { FinalStatus, RequestStatus } from "../../src/domain/RequestStatus.ts"
import { drawn } from "../../src/adapters/discord/draw.ts"
import type { Message } from "../../src/adapters/discord/Message.ts"
import { Line, Mark, screen } from "../../src/domain/Screen.ts"
import { Piece } from "../../src/domain/Text.ts"
import * as approvalCards from "../../src/views/approvalCard.ts"
import * as notices from "../../src/views/notices.ts"
import { en } from "../../src/words/en.ts"
import { known, kudosRequest, named, noticeMessage, overLimits, textsOf } from "./kudosRequests.ts"

const approvalCard = (...[request, headline]: [RequestWithPeople, Option.Option<string>?]) =>
  drawn(approvalCards.approvalCard(en, request, headline))
const kudosAnswer = (request: RequestWithPeople) => drawn(notices.kudosAnswer(en, request))
const settledElsewhere = en.notice.headlines.settled

/** A card as Discord shows it, and what becomes of it. */
const settledForeignCard = (
  standing: {
    readonly title?: string
    readonly description?: string
    readonly footer?: { readonly text: string }
    readonly fields: ReadonlyArray<{
      readonly name: string
      readonly value: string
      readonly inline?: boolean
    }>
  },
  settled: Parameters<typeof approvalCards.settledForeignCard>[2]
) => {
  const { description, fields, footer, title } = standing
  const lines = [
    ...(description === undefined ? [] : [Line.Sentence({ text: [Piece.AsShown({ markup: description })] })]),
    ...fields.map(({ inline = false, name, value }) =>
      Line.Fact({ label: name, value: [Piece.AsShown({ markup: value })], isShort: inline, mayGo: false })
    )
  ]
  const mark = Option.map(Option.fromNullable(footer), Mark.Plain)
  const card = screen({ title: Option.fromNullable(title), tone: "mochi", lines, mark })
  return drawn(approvalCards.settledForeignCard(en, card, settled))
}

const finals: ReadonlyArray<FinalStatus> = ["approved", "rejected", "expired", "failed", "settled"]
const statuses: ReadonlyArray<RequestStatus> = ["pending", ...finals]

/** As much or as little as Mochi tells. */
const bare = { usd: Option.none(), chain: Option.none(), reason: Option.none(), expiresAt: Option.none() }

describe("The owner's card", () => {
  it.each(statuses)("of a request that is %s", status => {
    expect(approvalCard(kudosRequest(status))).toMatchSnapshot()
  })

  it("of a request of which little is known", () => {
    const unknown = named("offline")
    expect(
      approvalCard({ ...kudosRequest("pending", bare), requester: unknown, recipient: unknown })
    ).toMatchSnapshot()
  })

  it("of a click that came too late", () => {
    expect(approvalCard(kudosRequest("rejected"), Option.some(settledElsewhere)).embeds[0]?.author).toEqual({
      name: "Transfer Request Settled"
    })
  })

  it.each(finals)("has no buttons once it is %s", status => {
    expect(approvalCard(kudosRequest(status)).components).toEqual([])
  })
})

describe("A card of a request that is not stored", () => {
  const { settlement } = kudosRequest("approved")
  const nobody = { userId: Option.none(), name: Option.none() }
  const ofOthers = {
    title: "Vault Transfer Request",
    description: "Somebody wants something",
    footer: { text: "a foot" },
    fields: [
      { name: "Amount", value: "**1** X", inline: true },
      { name: "Status", value: "pending", inline: true }
    ]
  }

  it("keeps its lines, and says who decided", () => {
    const headline = "Transfer request approved"
    const outcome = {
      status: "approved",
      headline,
      settlement,
      decider: known("184027593016284160")
    } as const
    expect(settledForeignCard(ofOthers, outcome)).toMatchSnapshot()
  })

  it("says no more than the status where somebody else decided", () => {
    const outcome = { status: "expired", settlement: Option.none(), decider: nobody } as const
    expect(settledForeignCard(ofOthers, { ...outcome, headline: settledElsewhere })).toMatchSnapshot()
  })

  it("gives up its last lines rather than the new ones where there is no room for both", () => {
    const outcome = { status: "approved", headline: "h", settlement, decider: nobody } as const
    const many = Array.from({ length: 25 }, (_, index) => ({ name: `line ${index}`, value: "v" }))
    const [embed] = settledForeignCard({ fields: many }, outcome).embeds
    expect(embed?.fields).toHaveLength(25)
    expect(embed?.fields?.slice(-3).map(({ name }) => name)).toEqual(["line 22", "Status", "Settled"])

    const long = Array.from({ length: 5 }, (_, index) => ({ name: `line ${index}`, value: "v".repeat(1024) }))
    const full = settledForeignCard(
      { title: "t".repeat(256), description: "d".repeat(600), fields: long },
      outcome
    )
    expect(overLimits(full)).toEqual([])
    expect(full.embeds[0]?.fields?.map(({ name }) => name)).toEqual([
      "line 0",
      "line 1",
      "line 2",
      "line 3",
      "Status",
      "Settled"
    ])
  })
})

describe("The requester", () => {
  it.each(statuses)("reads an answer that is %s", status => {
    expect(kudosAnswer(kudosRequest(status))).toMatchSnapshot()
  })

  it.each(finals)("is told of a request that is %s", status => {
    expect(noticeMessage(Notice.StatusChanged({ request: kudosRequest(status), status }))).toMatchSnapshot()
  })

  it("who was told of an approval keeps that news, with what became of it (A18)", () => {
    const [embed] = noticeMessage(
      Notice.StatusChanged({ request: kudosRequest("failed"), status: "approved" })
    ).embeds
    expect(embed).toMatchObject({
      title: "Kudos Request Approved",
      description:
        "Your kudos request failed at Mochi. The kudos did not arrive. It had been reported approved before."
    })
    expect(embed?.fields).toContainEqual({ name: "Status", value: "failed", inline: true })
    expect(embed?.fields).not.toContainEqual({ name: "Status", value: "approved", inline: true })
  })
})

describe("The recipient", () => {
  it("is told of the kudos", () => {
    expect(noticeMessage(Notice.KudosReceived({ request: kudosRequest("approved") }))).toMatchSnapshot()
  })

  it("is told of kudos that failed after all (A18)", () => {
    expect(noticeMessage(Notice.KudosReceived({ request: kudosRequest("failed") }))).toMatchSnapshot()
  })

  it.each(statuses.filter(status => status !== "approved"))(
    "received nothing while it is %s (A18)",
    status => {
      const drawn = JSON.stringify(noticeMessage(Notice.KudosReceived({ request: kudosRequest(status) })))
      expect(drawn).not.toMatch(/receive/i)
      expect(drawn.toLowerCase()).toContain(status)
    }
  )
})

describe("In the open", () => {
  it("stands nothing but whom it is for", () => {
    const userId = Ids.UserId.make("184027593016284160")
    expect(
      noticeMessage(Notice.Pointer({ audience: "owner", userId, key: kudosRequest("pending").key }))
    ).toMatchSnapshot()
  })
})

describe("Every message", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 2000 }),
    fc.stringMatching(/^[\\*_~`|<>[\]#@.\d \n-]{0,1500}$/),
    fc.string({
      unit: fc.constantFrom(..."a \n\r\t\u202e\u2066\u200b\u200d\u200f\u061c\ufeff\u0000\u009b"),
      maxLength: 50
    }),
    fc.constant("@everyone **x** ".repeat(100)),
    fc.constant("👩‍👩‍👧‍👦".repeat(200)),
    fc.constant("\\".repeat(1500)),
    fc.constant("")
  )
  const digits = fc.oneof(fc.constant("10.5"), fc.constant("9".repeat(401)), fc.constant("9".repeat(2000)))

  it("is one that Discord takes and that steers no eye, whatever it is filled with (A2, A16)", () => {
    fc.assert(
      fc.property(fc.constantFrom(...finals), text, text, digits, (status, name, reason, usd) => {
        const filled = {
          ...kudosRequest(status, {
            applicationName: name,
            vaultName: name,
            symbol: name,
            amount: "9".repeat(401),
            usd: Option.some(usd),
            chain: Option.some(name),
            reason: Option.some(reason)
          }),
          requester: named(name),
          recipient: named(name),
          decider: named(name),
          key: {
            applicationId: Ids.ApplicationId.make("1".repeat(20)),
            code: Ids.RequestCode.make(name.slice(0, 70) || "c")
          }
        }
        const messages: ReadonlyArray<Message> = [
          approvalCard(filled),
          approvalCard({ ...filled, status: "pending", settlement: Option.none() }),
          kudosAnswer(filled),
          noticeMessage(Notice.StatusChanged({ request: filled, status })),
          noticeMessage(Notice.KudosReceived({ request: filled }))
        ]
        for (const message of messages) {
          expect(overLimits(message)).toEqual([])
          expect(message.allowed_mentions).toEqual({ parse: [], users: [] })
          expect(JSON.stringify(message).isWellFormed()).toBe(true)
          for (const shown of message.embeds.flatMap(textsOf))
            expect(shown).not.toMatch(/[\p{Bidi_Control}\u200b\u2060\ufeff]|[^\P{Cc}\n\t]/u)
        }
      }),
      { numRuns: 300 }
    )
  })
})
