import { describe, expect, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import {
  Ambiguous,
  BotRecipient,
  InvalidAmount,
  NeverSent,
  NotListed,
  NoUsdPrice,
  OutcomeUnknown,
  OverBalance,
  ProfileMissing,
  RecipientProfileMissing,
  SelfKudos,
  TooManyDecimals
} from "../../../src/domain/Kudos.ts"
import type { MochiErrorReason } from "../../../src/ports/MochiError.ts"
import { markdownOf } from "../../../src/adapters/discord/markdown.ts"
import {
  decisionFailure,
  failed,
  kudosFailure,
  recoveryFailure,
  viewFailure
} from "../../../src/programs/features/failures.ts"
import type { Wording } from "../../../src/programs/features/failures.ts"
import { AlreadyBeingDecided, NotProcessed } from "../../../src/services/Decisions.ts"
import type { DecisionFailure } from "../../../src/services/Decisions.ts"
import type { KudosFailure, RecoveryFailure } from "../../../src/services/KudosRequests.ts"
import { en } from "../../../src/words/en.ts"
import { grace } from "../../services/cast.ts"
import { interactionId, mochiError, storeDown } from "../../services/mochiWorld.ts"
import { textOf } from "./recordingConversation.ts"

/** What a person reads of it: how it begins, and whether they can fix it themselves. */
type Row<Failure> = readonly [Failure, string, "refusal" | "fault"]
type Rows<Failure extends { readonly _tag: string }> = {
  readonly [Tag in Exclude<Failure["_tag"], "MochiError">]: Row<Extract<Failure, { readonly _tag: Tag }>>
}
type MochiRows = Readonly<Record<MochiErrorReason, readonly [string, "refusal" | "fault"]>>

const ourFault = "Something went wrong on our side. Please try again later."
const missing = "Could not find your profile. Please create a Mochi profile"
const unknown = "Mochi did not confirm this request: it may have been created."
const silent = "Mochi is not responding at the moment."
const notAvailable = "Transfer request is not available at the moment."

const ofKudos = {
  SelfKudos: [new SelfKudos(), "You cannot send kudos to yourself.", "refusal"],
  BotRecipient: [new BotRecipient(), "You cannot send kudos to a bot.", "refusal"],
  InvalidAmount: [new InvalidAmount({ hasComma: false }), "Please enter a valid positive number", "refusal"],
  NoUsdPrice: [new NoUsdPrice({ symbol: "USDC" }), "USDC has no USD price at the moment.", "refusal"],
  TooManyDecimals: [
    new TooManyDecimals({ symbol: "USDC", decimals: 6 }),
    "An amount of USDC can have at most 6 decimal places.",
    "refusal"
  ],
  OverBalance: [
    new OverBalance({ symbol: "USDC", available: { baseUnits: 25n, decimals: 1 } }),
    "You can send at most 2.5 USDC as kudos.",
    "refusal"
  ],
  ProfileMissing: [new ProfileMissing(), missing, "refusal"],
  RecipientProfileMissing: [
    new RecipientProfileMissing({ recipient: grace }),
    `<@${grace}> does not have a Mochi profile`,
    "refusal"
  ],
  NotListed: [
    new NotListed({ option: "token", typed: "X" }),
    "The token “X” was not found in the vault.",
    "refusal"
  ],
  Ambiguous: [
    new Ambiguous({ option: "vault", typed: "X" }),
    "There is more than one vault called “X”.",
    "refusal"
  ],
  OutcomeUnknown: [new OutcomeUnknown({ interactionId }), unknown, "fault"],
  StoreUnavailable: [storeDown, ourFault, "fault"]
} satisfies Rows<KudosFailure>

const ofRecovery = {
  NeverSent: [
    new NeverSent(),
    "Something went wrong on our side before your request was sent: nothing was created.",
    "fault"
  ],
  OutcomeUnknown: ofKudos.OutcomeUnknown,
  StoreUnavailable: ofKudos.StoreUnavailable
} satisfies Rows<RecoveryFailure>

const ofDecisions = {
  ProfileMissing: [new ProfileMissing(), missing, "refusal"],
  AlreadyBeingDecided: [
    new AlreadyBeingDecided(),
    "This transfer request is already being processed.",
    "refusal"
  ],
  NotProcessed: [new NotProcessed(), "The transfer request could not be processed. It is still", "fault"],
  StoreUnavailable: [storeDown, notAvailable, "fault"]
} satisfies Rows<DecisionFailure>

/** Of Mochi, for a `/kudos` or a View. */
const ofMochi = {
  Forbidden: ["You do not have permission to do this at Mochi.", "refusal"],
  NotFound: [ourFault, "fault"],
  Refused: [ourFault, "fault"],
  Unavailable: [silent, "fault"],
  TimedOut: [silent, "fault"],
  Undecodable: [ourFault, "fault"],
  UnsafePath: [ourFault, "fault"],
  Withheld: [silent, "fault"]
} satisfies MochiRows

const ofMochiToDecisions = {
  Forbidden: ["Only the application owner can approve or reject this request.", "refusal"],
  NotFound: [notAvailable, "fault"],
  Refused: [notAvailable, "fault"],
  Unavailable: [notAvailable, "fault"],
  TimedOut: [notAvailable, "fault"],
  Undecodable: [notAvailable, "fault"],
  UnsafePath: [notAvailable, "fault"],
  Withheld: [notAvailable, "fault"]
} satisfies MochiRows

const rowsOf = <Failure>(
  where: string,
  rows: Readonly<Record<string, Row<Failure>>>,
  worded: (failure: Failure) => Wording
) =>
  Object.entries(rows).map(
    ([tag, [failure, begins, kind]]) => [`${tag} ${where}`, worded(failure), begins, kind] as const
  )

const mochiRowsOf = (where: string, rows: MochiRows, worded: (reason: MochiErrorReason) => Wording) =>
  (Object.keys(rows) as ReadonlyArray<MochiErrorReason>).map(
    reason => [`Mochi's ${reason} ${where}`, worded(reason), ...rows[reason]] as const
  )

const url = "https://mochi.gg/profile"
const decided = (reason: MochiErrorReason) =>
  decisionFailure(mochiError(reason, false, "decide_transfer_request"), url)

const all = [
  ...rowsOf<KudosFailure>("of a /kudos", ofKudos, failure => kudosFailure(failure, url)),
  ...rowsOf<RecoveryFailure>("after a restart", ofRecovery, failure => recoveryFailure(failure, url)),
  ...rowsOf<DecisionFailure>("of a decision", ofDecisions, failure => decisionFailure(failure, url)),
  ...rowsOf("of a View", { StoreUnavailable: ofKudos.StoreUnavailable }, viewFailure),
  ...mochiRowsOf("of a /kudos", ofMochi, reason => kudosFailure(mochiError(reason), url)),
  ...mochiRowsOf("of a View", ofMochi, reason => viewFailure(mochiError(reason))),
  ...mochiRowsOf("of a decision", ofMochiToDecisions, decided)
]

describe("A failure", () => {
  it.effect.each(all)("%s has its sentence, and the reference", ([, worded, begins, kind]) =>
    Effect.gen(function* () {
      const screen = yield* failed(en, worded)
      expect(textOf(screen).startsWith(begins)).toBe(true)
      expect(textOf(screen)).toMatch(/\nReference [0-9a-f]{32}$/)
      expect(screen.tone).toBe(kind === "refusal" ? "warning" : "refused")
      expect(worded.isRefusal).toBe(kind === "refusal")
    }).pipe(Effect.withSpan("test"))
  )

  it.effect("outside of any trace has no reference", () =>
    Effect.gen(function* () {
      const { mark } = yield* failed(en, kudosFailure(new SelfKudos(), url))
      expect(mark).toEqual(Option.none())
    })
  )

  it("by a missing profile leads to where one can be made, and no other does", () => {
    const links = all.flatMap(([name, { link }]) =>
      link === undefined ? [] : [[name, link(en.failure).url]]
    )
    expect(links).toEqual([
      ["ProfileMissing of a /kudos", url],
      ["ProfileMissing of a decision", url]
    ])
  })

  it("to read a request's state is not taken for a refusal to decide", () => {
    const reading = decisionFailure(mochiError("Forbidden", false, "get_transfer_request"), url)
    expect(markdownOf(reading.sentence(en.failure))).toContain(notAvailable)
  })
})

const sentence = (failure: Parameters<typeof kudosFailure>[0]) =>
  markdownOf(kudosFailure(failure, "https://mochi.gg").sentence(en.failure))

describe("The answer to an amount that is none", () => {
  it("says that a decimal is written with a point where a comma was typed (C1)", () => {
    const words = sentence(new InvalidAmount({ hasComma: true }))
    expect(words).toContain("Please enter a valid positive number")
    expect(words).toContain("A decimal is written with a point")
    expect(sentence(new InvalidAmount({ hasComma: false }))).not.toContain("with a point")
  })
})

describe("What was typed", () => {
  it("comes back as one line of what can be seen (A16)", () => {
    const typed = "x\u202e\n\nRecipient\n@Ada https://evil.example <:a:123456789012345678>"
    expect(sentence(new NotListed({ option: "vault", typed }))).toBe(
      "The vault “x Recipient @Ada https\\://evil.example :a:” was not found among your vaults. Please pick one from the list."
    )
  })

  it("of any length costs no time and comes back cut (A2)", () => {
    const started = performance.now()
    const words = sentence(new NotListed({ option: "token", typed: `x${"\n".repeat(1_000_000)}x` }))
    expect(words.length).toBeLessThan(400)
    expect(performance.now() - started).toBeLessThan(500)
  })
})
