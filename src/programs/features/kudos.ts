/** `/kudos`: a person asks for tokens of a vault to be given to somebody. */
import { Duration, Effect, Either, Option, Schema } from "effect"
import { Settings } from "../../config/Settings.ts"
import type { Holding } from "../../domain/Catalog.ts"
import { UserId } from "../../domain/Ids.ts"
import type { KudosCommand } from "../../domain/Kudos.ts"
import type { Choice } from "../../domain/Screen.ts"
import { formatAmount, formatUsd } from "../../domain/TokenAmount.ts"
import { Choices } from "../../services/Choices.ts"
import { KudosRequests } from "../../services/KudosRequests.ts"
import type { CreatedKudos, KudosFailure } from "../../services/KudosRequests.ts"
import { kudosAsked, kudosCreated } from "../../telemetry/metrics.ts"
import { still } from "./Conversation.ts"
import type { Conversation } from "./Conversation.ts"
import { failed, kudosFailure, somethingWentWrong } from "./failures.ts"
import { command } from "./Feature.ts"
import type { CommandInput, Suggestions } from "./Feature.ts"
import { InteractionEnd } from "./InteractionEnd.ts"
import { KudosAnswers } from "./kudosAnswers.ts"

/** UTF-16 units of a reason. */
const longestReason = 200

/** The part of a suggestion's time that look-ups may take; the rest is for its way to the person. */
const lookUpShare = 0.8

export const kudos = command({
  name: "kudos",
  worksIn: "communities",
  words: ({ commands }) => commands.kudos,
  options: [
    { kind: "text", name: "application", isSuggested: true },
    { kind: "text", name: "vault", isSuggested: true },
    { kind: "text", name: "token", isSuggested: true },
    { kind: "text", name: "amount", isSuggested: false },
    { kind: "person", name: "recipient" },
    { kind: "optional text", name: "reason", longest: longestReason }
  ],
  make: Effect.gen(function* () {
    const requests = yield* KudosRequests
    const choices = yield* Choices
    const answers = yield* KudosAnswers
    const { limits, mochi } = yield* Settings

    const answer = Effect.fnUntraced(function* (
      conversation: Conversation,
      result: Either.Either<CreatedKudos, KudosFailure>
    ) {
      const { words } = conversation
      if (Either.isRight(result)) return yield* answers.showFresh(conversation, result.right)
      const failure = still(yield* failed(words, kudosFailure(result.left, mochi.profileUrl)))
      if (result.left._tag !== "OutcomeUnknown") return yield* conversation.replace(failure)
      yield* answers.show(conversation, failure)
      yield* conversation.afterwards(Effect.ignoreLogged(answers.keepLooking(conversation)))
    })

    const conclude = Effect.fnUntraced(function* (
      conversation: Conversation,
      result: Either.Either<CreatedKudos, KudosFailure>
    ) {
      const end = Either.match(result, { onLeft: endOfFailure, onRight: () => InteractionEnd.Success() })
      yield* count(result, end)
      yield* answer(conversation, result)
      return end
    })

    const run = Effect.fnUntraced(function* (conversation: Conversation, input: CommandInput) {
      const parsed = commandOf(conversation, input)
      if (Option.isNone(parsed)) {
        yield* conversation.replace(still(yield* failed(conversation.words, somethingWentWrong)))
        return InteractionEnd.Failed({ errorType: "MalformedOptions" })
      }
      return yield* Effect.matchEffect(requests.submit(parsed.value), {
        onSuccess: created => conclude(conversation, Either.right(created)),
        onFailure: failure =>
          failure._tag === "NoLongerHeld"
            ? Effect.succeed(InteractionEnd.Refused({ reason: failure._tag }))
            : conclude(conversation, Either.left(failure))
      })
    })

    const choicesFor = (asker: UserId, { options }: CommandInput, focused: string) => {
      const typed = options.get(focused) ?? ""
      const application = options.get("application") ?? ""
      const vault = options.get("vault") ?? ""
      switch (focused) {
        case "application":
          return Effect.map(choices.applications(asker, typed), found => found.map(namedChoice))
        case "vault":
          return application === ""
            ? Effect.succeed([])
            : Effect.map(choices.vaults(asker, application, typed), found => found.map(namedChoice))
        case "token":
          return application === "" || vault === ""
            ? Effect.succeed([])
            : Effect.map(choices.holdings(asker, application, vault, typed), found =>
                found.map(holdingChoice)
              )
        default:
          return Effect.succeed([])
      }
    }

    /** What to offer, in time: an empty list if Mochi fails or takes too long. */
    const suggest = Effect.fnUntraced(function* (asker: UserId, input: CommandInput, focused: string) {
      return yield* choicesFor(asker, input, focused).pipe(
        Effect.map((found): Suggestions => ({ choices: found, end: InteractionEnd.Success() })),
        Effect.timeoutTo({
          duration: Duration.times(limits.commandTimeout, lookUpShare),
          onSuccess: suggestions => suggestions,
          onTimeout: (): Suggestions => ({ choices: [], end: InteractionEnd.TimedOut() })
        }),
        Effect.catchAll(error =>
          Effect.succeed<Suggestions>({
            choices: [],
            end:
              error._tag === "TooManyLookUps"
                ? InteractionEnd.Refused({ reason: error._tag })
                : endOfFailure(error)
          })
        )
      )
    })

    return {
      errand: input => ({
        name: "kudos",
        acknowledged: "thinking",
        limit: "kudos",
        isRecovered: true,
        deed: Option.some({ action: "kudos" }),
        run: conversation => run(conversation, input)
      }),
      suggest
    }
  })
})

/** Counts a run by how it ended, and a created amount by its token. */
const count = (result: Either.Either<CreatedKudos, KudosFailure>, end: InteractionEnd): Effect.Effect<void> =>
  Either.match(result, {
    onLeft: failure =>
      failure._tag === "OutcomeUnknown"
        ? kudosAsked("unknown")
        : kudosAsked(end._tag === "Refused" ? "refused" : "failed"),
    onRight: ({ intent: { facts } }) =>
      Effect.zipRight(kudosAsked("created"), kudosCreated(facts.symbol, Number(facts.amount)))
  })

const namedChoice = ({ id, name }: { readonly id: string; readonly name: string }): Choice => ({
  label: name.trim(),
  value: id
})

const holdingChoice = ({ available, token }: Holding): Choice => {
  const usd = Option.match(token.price, {
    onNone: () => "",
    onSome: price => ` (≈ $${formatUsd(available, price)})`
  })
  const chain = Option.match(token.chain, { onNone: () => [], onSome: name => [name] })
  return { label: [token.symbol, `${formatAmount(available)}${usd}`, ...chain].join(" · "), value: token.id }
}

/** None if an option that the command needs is missing. */
const commandOf = (
  { channelId, communityId, id, userId }: Conversation,
  { bots, options }: CommandInput
): Option.Option<KudosCommand> =>
  Option.all({
    application: Option.fromNullable(options.get("application")),
    vault: Option.fromNullable(options.get("vault")),
    token: Option.fromNullable(options.get("token")),
    amount: Option.fromNullable(options.get("amount")),
    recipient: Schema.decodeUnknownOption(UserId)(options.get("recipient"))
  }).pipe(
    Option.map(({ recipient, ...typed }) => ({
      ...typed,
      interactionId: id,
      sender: userId,
      recipient: { id: recipient, isBot: bots.has(recipient) },
      reason: Option.filter(Option.fromNullable(options.get("reason")), reason => reason.trim() !== ""),
      communityId,
      channelId
    }))
  )

const endOfFailure = (failure: KudosFailure): InteractionEnd => {
  if (failure._tag === "MochiError") return InteractionEnd.Failed({ errorType: failure.reason })
  return kudosFailure(failure, "").isRefusal
    ? InteractionEnd.Refused({ reason: failure._tag })
    : InteractionEnd.Failed({ errorType: failure._tag })
}
