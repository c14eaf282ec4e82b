import { Effect, Option, Schema } from "effect"
import type { DiscordUserId, InteractionId, RequestKey } from "../domain/Ids.ts"
import { noticeFor } from "../domain/Notice.ts"
import type { Notice } from "../domain/Notice.ts"
import type { Audience } from "../domain/Notification.ts"
import type { MochiError } from "../ports/MochiError.ts"
import type { StoreUnavailable } from "../ports/StoreUnavailable.ts"
import { TransferRequests } from "../ports/TransferRequests.ts"
import { Pictures } from "./Pictures.ts"

/** The View button was pressed by somebody else than it was meant for. */
export class NotMeantForThem extends Schema.TaggedError<NotMeantForThem>()("NotMeantForThem", {}) {}

/** Nothing that could be shown is stored of the request. */
export class NothingToView extends Schema.TaggedError<NothingToView>()("NothingToView", {}) {}

export type ViewFailure = NotMeantForThem | NothingToView | MochiError | StoreUnavailable

/** What stands behind a View button: the content of a message whose reader's DMs are closed. */
export class PrivateViews extends Effect.Service<PrivateViews>()("mochi/services/PrivateViews", {
  effect: Effect.gen(function* () {
    const requests = yield* TransferRequests
    const pictures = yield* Pictures

    /** What `viewer` may see; the answer is kept up to date while its interaction's token lives. */
    const open = Effect.fn("PrivateViews.open")(function* (view: {
      readonly request: RequestKey
      readonly audience: Audience
      readonly viewer: DiscordUserId
      readonly interactionId: InteractionId
    }): Effect.fn.Return<Notice, ViewFailure> {
      const request = yield* requests.find(view.request)
      const picture = Option.isSome(request) ? yield* pictures.of(request.value) : Option.none()
      if (Option.isNone(picture)) return yield* new NothingToView()
      const { discordUserId } = yield* pictures.person(picture.value.facts[view.audience])
      if (!Option.contains(discordUserId, view.viewer)) return yield* new NotMeantForThem()
      yield* requests.addAnswer(view.request, { interactionId: view.interactionId, view: view.audience })
      return noticeFor(view.audience, picture.value)
    })

    return { open }
  })
}) {}
