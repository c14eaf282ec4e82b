import { Effect, Option, Schema } from "effect"
import type { UserId, InteractionId, RequestKey } from "../domain/Ids.ts"
import { noticeFor } from "../domain/Notice.ts"
import type { Notice } from "../domain/Notice.ts"
import type { Audience } from "../domain/Notification.ts"
import type { MochiError } from "../ports/MochiError.ts"
import type { StoreUnavailable } from "../ports/StoreUnavailable.ts"
import { TransferRequests } from "../ports/TransferRequests.ts"
import { RequestPeople } from "./RequestPeople.ts"

/** The View button was pressed by somebody else than it was meant for. */
export class NotMeantForThem extends Schema.TaggedError<NotMeantForThem>()("NotMeantForThem", {}) {}

/** Nothing that could be shown is stored of the request. */
export class NothingToView extends Schema.TaggedError<NothingToView>()("NothingToView", {}) {}

export type ViewFailure = NotMeantForThem | NothingToView | MochiError | StoreUnavailable

/** What stands behind a View button: the content of a message whose reader's DMs are closed. */
export class PrivateViews extends Effect.Service<PrivateViews>()("mochi/services/PrivateViews", {
  effect: Effect.gen(function* () {
    const requests = yield* TransferRequests
    const requestPeople = yield* RequestPeople

    const pictureOf = Effect.fnUntraced(function* (key: RequestKey) {
      const request = yield* requests.find(key)
      const picture = Option.isSome(request) ? yield* requestPeople.of(request.value) : Option.none()
      return yield* Effect.mapError(picture, () => new NothingToView())
    })

    /** What `viewer` may see; the answer is kept up to date while its interaction's token lives. */
    const open = Effect.fn("PrivateViews.open")(function* (view: {
      readonly request: RequestKey
      readonly audience: Audience
      readonly viewer: UserId
      readonly interactionId: InteractionId
    }): Effect.fn.Return<Notice, ViewFailure> {
      const before = yield* pictureOf(view.request)
      const party = before.facts[view.audience]
      if (party.isErased === true) return yield* new NothingToView()
      const { userId } = yield* requestPeople.person(party)
      if (!Option.contains(userId, view.viewer)) return yield* new NotMeantForThem()
      yield* requests.addAnswer(view.request, { interactionId: view.interactionId, view: view.audience })
      // Drawn from what is stored now: what changes from here on finds the answer and brings it up to date.
      return noticeFor(view.audience, yield* pictureOf(view.request))
    })

    return { open }
  })
}) {}
