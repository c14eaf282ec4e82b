/** View: shows a person whose direct messages are closed what the message would have said. */
import { Effect, Either, Option, Schema } from "effect"
import type { Action } from "../../domain/Action.ts"
import type { RequestKey } from "../../domain/Ids.ts"
import { noticeFor } from "../../domain/Notice.ts"
import { Cards } from "../../services/Cards.ts"
import { RequestPeople } from "../../services/RequestPeople.ts"
import { noticeScreen } from "../../views/notices.ts"
import { still } from "./Conversation.ts"
import type { Conversation, Drawing } from "./Conversation.ts"
import { failed, noLongerValid, notForYou, viewFailure } from "./failures.ts"
import type { Wording } from "./failures.ts"
import type { Errand } from "./Feature.ts"
import { InteractionEnd } from "./InteractionEnd.ts"

type View = Extract<Action, { readonly _tag: "View" }>

/** The person who pressed View is not the one for whom the message was meant. */
class NotMeantForThem extends Schema.TaggedError<NotMeantForThem>()("NotMeantForThem", {}) {}

/** The store has nothing about the request that this person could be shown. */
class NothingToView extends Schema.TaggedError<NothingToView>()("NothingToView", {}) {}

export const view = Effect.gen(function* () {
  const cards = yield* Cards
  const requestPeople = yield* RequestPeople

  const find = (key: RequestKey) =>
    Effect.flatMap(
      requestPeople.find(key),
      Option.match({ onNone: () => new NothingToView(), onSome: Effect.succeed })
    )

  /** What the person may see; the answer is kept up to date while it can be edited. */
  const open = Effect.fnUntraced(function* (
    { audience, request }: View,
    { id, userId, words }: Conversation
  ) {
    const reader = (yield* find(request)).facts[audience]
    if (reader.isErased === true) return yield* new NothingToView()
    const { userId: meantFor } = yield* requestPeople.person(reader)
    if (!Option.contains(meantFor, userId)) return yield* new NotMeantForThem()
    yield* cards.follow(request, { interactionId: id, view: audience })
    // Read again: from here on, a later change finds the answer and brings it up to date.
    const now = yield* find(request)
    const drawing: Drawing = { screen: noticeScreen(words, noticeFor(audience, now)), shows: now.status }
    return drawing
  })

  const run = Effect.fnUntraced(function* (press: View, conversation: Conversation) {
    yield* Effect.annotateCurrentSpan({ audience: press.audience })
    const opened = yield* Effect.either(open(press, conversation))
    if (Either.isRight(opened)) {
      yield* conversation.replace(opened.right, open(press, conversation))
      return InteractionEnd.Success()
    }
    const failure = opened.left
    const say = (wording: Wording) =>
      Effect.flatMap(failed(conversation.words, wording), screen => conversation.replace(still(screen)))
    switch (failure._tag) {
      case "NotMeantForThem":
        yield* say(notForYou)
        return InteractionEnd.Refused({ reason: failure._tag })
      case "NothingToView":
        yield* say(noLongerValid)
        return InteractionEnd.Refused({ reason: failure._tag })
      case "MochiError":
      case "StoreUnavailable":
        yield* say(viewFailure(failure))
        return InteractionEnd.Failed({ errorType: failure._tag })
    }
  })

  return (press: View): Errand => ({
    name: "view",
    acknowledged: "thinking",
    limit: "button",
    isRecovered: false,
    deed: Option.some({ action: "view", request: press.request }),
    run: conversation => run(press, conversation)
  })
})
