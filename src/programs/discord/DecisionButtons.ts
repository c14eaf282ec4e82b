import { Duration, Effect, Either, Fiber, Option, Predicate } from "effect"
import { Settings } from "../../config/Settings.ts"
import type { ButtonPress } from "../../domain/customId.ts"
import type { Notice, RequestWithPeople } from "../../domain/Notice.ts"
import { currentTraceId } from "../../telemetry/traceContext.ts"
import { Decisions } from "../../services/Decisions.ts"
import type { Settled } from "../../services/Decisions.ts"
import { RequestPeople } from "../../services/RequestPeople.ts"
import { PrivateViews } from "../../services/PrivateViews.ts"
import {
  approvalCard,
  settledElsewhere,
  settledForeignCard,
  settledHeadline
} from "../../views/approvalCard.ts"
import type { Embed, Message } from "../../views/Message.ts"
import { noticeMessage } from "../../views/notices.ts"
import { edited } from "./answerEdit.ts"
import type { Drawing } from "./answerEdit.ts"
import { editAnswer, editDrawnAnswer, followUp } from "./answers.ts"
import {
  alreadySettled,
  decisionWords,
  failureMessage,
  noLongerValid,
  notForYou,
  viewWords
} from "./failureWords.ts"
import type { Envelope, PressedEmbed, PressedMessage } from "./decode.ts"
import { Outcome } from "./Outcome.ts"

const cardComesFirst = Duration.seconds(3)

type Press<Tag extends ButtonPress["_tag"]> = Extract<ButtonPress, { readonly _tag: Tag }>

/** Approve, Reject and View, after their acknowledgement. */
export class DecisionButtons extends Effect.Service<DecisionButtons>()("mochi/programs/DecisionButtons", {
  effect: Effect.gen(function* () {
    const decisions = yield* Decisions
    const requestPeople = yield* RequestPeople
    const views = yield* PrivateViews
    const { mochi } = yield* Settings

    /** The card as it stands now: drawn anew from what is stored, else as it was with its end. */
    const settledCard = Effect.fnUntraced(function* (
      settled: Settled,
      envelope: Envelope,
      message: PressedMessage
    ) {
      const headline =
        settled.by === "this click" ? (settledHeadline(settled.status) ?? settledElsewhere) : settledElsewhere
      const picture = yield* Option.match(settled.request, {
        onNone: () => Effect.succeedNone,
        onSome: request =>
          Effect.orElseSucceed(requestPeople.of(request), () => Option.none<RequestWithPeople>())
      })
      if (Option.isSome(picture)) return approvalCard(picture.value, headline)
      return settledForeignCard(embedOf(message), {
        ...settled,
        headline,
        settlement: settled.by === "this click" ? Option.some(settled.settlement) : Option.none(),
        decider: {
          userId: settled.by === "this click" ? Option.some(envelope.userId) : Option.none(),
          name: Option.none()
        }
      })
    })

    /** A card that Discord does not take is left to the outbox. */
    const editCard = Effect.fnUntraced(function* (
      press: Press<"Decide">,
      settled: Settled,
      envelope: Envelope,
      message: PressedMessage
    ) {
      const drawn = (now: Settled) =>
        Effect.map(settledCard(now, envelope, message), card => ({ message: card, shows: now.status }))
      const newest = Effect.flatMap(decisions.newest(press.request, settled), drawn)
      const shown = yield* Effect.option(edited(envelope, yield* drawn(settled), newest))
      if (Option.isSome(shown))
        yield* Effect.ignoreLogged(decisions.cardShows(press.request, shown.value.shows))
    })

    const showSettled = Effect.fnUntraced(function* (
      press: Press<"Decide">,
      settled: Settled,
      envelope: Envelope,
      message: PressedMessage
    ) {
      if (settled.by === "this click") return yield* editCard(press, settled, envelope, message)
      // First the card, as a rule; a card that Discord does not take now must not hold up what the person waits for.
      const editing = yield* Effect.fork(editCard(press, settled, envelope, message))
      yield* Effect.timeoutOption(Fiber.await(editing), cardComesFirst)
      yield* followUp(envelope, failureMessage(alreadySettled, yield* currentTraceId))
      yield* Fiber.join(editing)
    })

    const decide = Effect.fn("DecisionButtons.decide")(function* (
      press: Press<"Decide">,
      envelope: Envelope,
      message: PressedMessage
    ) {
      const { decision, request } = press
      const result = yield* Effect.either(
        decisions.decide({
          interactionId: envelope.id,
          clicker: envelope.userId,
          decision,
          request,
          card: cardPlace(envelope, message)
        })
      )
      if (Either.isRight(result)) {
        yield* showSettled(press, result.right, envelope, message)
        return result.right.by === "this click"
          ? Outcome.Success()
          : Outcome.Refused({ reason: "AlreadySettled" })
      }
      const words = decisionWords(result.left, mochi.profileUrl)
      yield* followUp(envelope, failureMessage(words, yield* currentTraceId))
      const cause = result.left._tag === "MochiError" ? result.left.reason : result.left._tag
      return words.isRefusal ? Outcome.Refused({ reason: cause }) : Outcome.Failed({ errorType: cause })
    })

    const view = Effect.fn("DecisionButtons.view")(function* (press: Press<"View">, envelope: Envelope) {
      const { audience, request } = press
      const open = views.open({
        request,
        audience,
        viewer: envelope.userId,
        interactionId: envelope.id
      })
      const opened = yield* Effect.either(open)
      if (Either.isRight(opened)) {
        const newest = Effect.map(open, viewDrawing)
        yield* editDrawnAnswer(envelope, viewDrawing(opened.right), newest)
        return Outcome.Success()
      }
      const reference = yield* currentTraceId
      const answer = (words: Parameters<typeof failureMessage>[0]): Effect.Effect<Message> =>
        Effect.succeed(failureMessage(words, reference))
      switch (opened.left._tag) {
        case "NotMeantForThem":
          yield* editAnswer(envelope, yield* answer(notForYou))
          return Outcome.Refused({ reason: opened.left._tag })
        case "NothingToView":
          yield* editAnswer(envelope, yield* answer(noLongerValid))
          return Outcome.Refused({ reason: opened.left._tag })
        case "MochiError":
        case "StoreUnavailable":
          yield* editAnswer(envelope, yield* answer(viewWords(opened.left)))
          return Outcome.Failed({ errorType: opened.left._tag })
      }
    })

    return { decide, view }
  })
}) {}

const viewDrawing = (notice: Notice): Drawing => ({
  message: noticeMessage(notice),
  shows: "picture" in notice ? notice.picture.status : ""
})

const cardPlace = (envelope: Envelope, message: PressedMessage) =>
  message.isEphemeral
    ? Option.none()
    : Option.all({
        channelId: Option.orElse(message.channelId, () => envelope.channelId),
        messageId: message.id
      })

/** The lines of a card that is not stored, as Discord shows them now. */
const embedOf = ({ embed }: PressedMessage): Embed =>
  Option.match(embed, { onNone: () => ({ title: "Vault Transfer Request" }), onSome: keptLines })

const keptLines = ({ description, fields, footer, title }: PressedEmbed): Embed => ({
  ...(title === undefined ? {} : { title }),
  ...(description === undefined ? {} : { description }),
  ...(footer === undefined ? {} : { footer: { text: footer.text } }),
  fields: (fields ?? [])
    .filter(Predicate.isNotUndefined)
    .map(({ inline, name, value }) => ({ name, value, inline: inline ?? false }))
})
