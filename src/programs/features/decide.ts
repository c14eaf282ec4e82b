/** Approve and Reject on the owner's card. */
import { Duration, Effect, Either, Fiber, Option } from "effect"
import type { Action } from "../../domain/Action.ts"
import type { RequestWithPeople } from "../../domain/Notice.ts"
import { screen } from "../../domain/Screen.ts"
import type { Screen } from "../../domain/Screen.ts"
import { Settings } from "../../config/Settings.ts"
import { Cards } from "../../services/Cards.ts"
import { Decisions } from "../../services/Decisions.ts"
import type { Settled } from "../../services/Decisions.ts"
import { RequestPeople } from "../../services/RequestPeople.ts"
import { approvalCard, settledForeignCard, settledHeadline } from "../../views/approvalCard.ts"
import type { Conversation } from "./Conversation.ts"
import { alreadySettled, decisionFailure, failed } from "./failures.ts"
import type { Errand } from "./Feature.ts"
import { InteractionEnd } from "./InteractionEnd.ts"

type Decide = Extract<Action, { readonly _tag: "Decide" }>

/** As a rule the person sees the card change before they read that somebody had settled it already. */
const cardComesFirst = Duration.seconds(3)

export const decide = Effect.gen(function* () {
  const cards = yield* Cards
  const decisions = yield* Decisions
  const requestPeople = yield* RequestPeople
  const { mochi } = yield* Settings

  /** The card as it stands now: drawn from the stored request, or if none is stored, the old card with its new status. */
  const settledCard = Effect.fnUntraced(function* (
    settled: Settled,
    { pressed, userId, words }: Conversation
  ) {
    const { headlines } = words.notice
    const isOurs = settled.by === "this click"
    const headline = Option.getOrElse(
      isOurs ? settledHeadline(words.notice, settled.status) : Option.none(),
      () => headlines.settled
    )
    const request = yield* Option.match(settled.request, {
      onNone: () => Effect.succeedNone,
      onSome: stored => Effect.orElseSucceed(requestPeople.of(stored), () => Option.none<RequestWithPeople>())
    })
    if (Option.isSome(request)) return approvalCard(words, request.value, Option.some(headline))
    const standing = Option.flatMap(pressed, card => card.screen)
    return settledForeignCard(
      words,
      Option.getOrElse(standing, () => emptyCard(words.notice.cardTitle)),
      {
        ...settled,
        headline,
        settlement: isOurs ? Option.some(settled.settlement) : Option.none(),
        decider: { userId: isOurs ? Option.some(userId) : Option.none(), name: Option.none() }
      }
    )
  })

  /** A card that cannot be edited is left to the outbox. */
  const editCard = Effect.fnUntraced(function* (press: Decide, settled: Settled, conversation: Conversation) {
    const draw = (now: Settled) =>
      Effect.map(settledCard(now, conversation), card => ({
        screen: card,
        shows: now.status,
        status: now.status
      }))
    const newest = Effect.flatMap(decisions.newest(press.request, settled), draw)
    const shown = yield* Effect.option(conversation.edit(yield* draw(settled), newest))
    if (Option.isSome(shown))
      yield* Effect.ignoreLogged(cards.drawnByClick(press.request, shown.value.status))
  })

  const showSettled = Effect.fnUntraced(function* (
    press: Decide,
    settled: Settled,
    conversation: Conversation
  ) {
    if (settled.by === "this click") return yield* editCard(press, settled, conversation)
    // A card that cannot be edited now must not hold up what the person waits for.
    const editing = yield* Effect.fork(editCard(press, settled, conversation))
    yield* Effect.timeoutOption(Fiber.await(editing), cardComesFirst)
    yield* conversation.add(yield* failed(conversation.words, alreadySettled))
    yield* Fiber.join(editing)
  })

  const run = Effect.fnUntraced(function* (press: Decide, conversation: Conversation) {
    const { decision, request } = press
    const result = yield* Effect.either(
      decisions.decide({
        interactionId: conversation.id,
        clicker: conversation.userId,
        decision,
        request,
        card: Option.flatMap(conversation.pressed, ({ place }) => place)
      })
    )
    if (Either.isRight(result)) {
      yield* showSettled(press, result.right, conversation)
      return result.right.by === "this click"
        ? InteractionEnd.Success()
        : InteractionEnd.Refused({ reason: "AlreadySettled" })
    }
    const failure = decisionFailure(result.left, mochi.profileUrl)
    yield* conversation.add(yield* failed(conversation.words, failure))
    const cause = result.left._tag === "MochiError" ? result.left.reason : result.left._tag
    return failure.isRefusal
      ? InteractionEnd.Refused({ reason: cause })
      : InteractionEnd.Failed({ errorType: cause })
  })

  return (press: Decide): Errand => {
    const name = press.decision === "approved" ? "approve" : "reject"
    return {
      name,
      acknowledged: "unchanged",
      limit: "button",
      isRecovered: false,
      deed: Option.some({ action: name, request: press.request }),
      run: conversation => run(press, conversation)
    }
  }
})

/** Stands in for a card that cannot be read. */
const emptyCard = (title: string): Screen => screen({ title: Option.some(title), tone: "mochi", lines: [] })
