/**
 * Knows which message shows a request to whom, and at which status. Only this service stores that, so that a card
 * which says less than what is stored is found and drawn again.
 */
import { Effect, Option } from "effect"
import type { ChannelId, MessageId, ProfileId, RequestKey } from "../domain/Ids.ts"
import { deliveryOf } from "../domain/Job.ts"
import type { Audience } from "../domain/Notification.ts"
import type { RequestStatus } from "../domain/RequestStatus.ts"
import type { TransferRequest } from "../domain/TransferRequest.ts"
import { Atomic } from "../ports/Atomic.ts"
import { NotificationLog } from "../ports/NotificationLog.ts"
import { Outbox } from "../ports/Outbox.ts"
import { TransferRequests } from "../ports/TransferRequests.ts"
import type { LiveAnswer, Shown } from "../ports/TransferRequests.ts"

export interface CardPlace {
  readonly channelId: ChannelId
  readonly messageId: MessageId
}

/** A message as it is sent: where it goes, the status that it shows, and the bot that sends it. */
export type SentMessage = Pick<Shown, "channelId" | "place" | "status" | "bot">

export class Cards extends Effect.Service<Cards>()("mochi/services/Cards", {
  effect: Effect.gen(function* () {
    const atomic = yield* Atomic
    const requests = yield* TransferRequests
    const notifications = yield* NotificationLog
    const outbox = yield* Outbox

    /**
     * Takes a message for the owner's card if none is stored, such as a card of the former bot: otherwise the webhook of
     * its decision would bring a second card.
     */
    const adopt = (key: RequestKey, { channelId, messageId }: CardPlace, presser: ProfileId) =>
      requests.adopt(key, presser, {
        channelId,
        messageId: Option.some(messageId),
        place: "dm",
        status: "pending",
        isOutdated: false,
        bot: Option.none()
      })

    /** The sending of a message begins: until its id is stored, nobody knows whether Discord stored it. */
    const begin = (key: RequestKey, audience: Audience, message: SentMessage) =>
      requests.begin(key, audience, { ...message, messageId: Option.none(), isOutdated: false })

    /**
     * The click on the owner's card, or on what stands behind its View button, has drawn this status: nobody needs to
     * edit the card again, unless another status came in meanwhile.
     */
    const drawnByClick = Effect.fnUntraced(function* (key: RequestKey, status: RequestStatus) {
      const stored = yield* requests.redrawn(key, "owner", status)
      if (Option.isSome(stored) && stored.value !== status)
        yield* atomic.transaction(redraw({ key, status: stored.value }))
    })

    /**
     * The owner's card shows the status of this request and yet says less than what is stored: it is drawn again. Within
     * the transaction that stores more.
     */
    const outdated = Effect.fnUntraced(function* (request: TransferRequest) {
      const shown = yield* requests.shown(request.key, "owner")
      if (Option.isSome(shown))
        yield* requests.show(request.key, "owner", { ...shown.value, isOutdated: true })
      yield* redraw(request)
    })

    /** Has the owner's card drawn once more, although it was brought up to this status before. */
    const redraw = Effect.fnUntraced(function* ({ key, status }: Pick<TransferRequest, "key" | "status">) {
      const reopened = yield* notifications.reopen(key, status, "owner")
      if (Option.isSome(reopened)) yield* outbox.put([deliveryOf(reopened.value)])
    })

    /** Keeps an ephemeral answer up to date while its interaction's token lives. */
    const follow = (key: RequestKey, answer: LiveAnswer) => requests.addAnswer(key, answer)

    return { adopt, begin, drawnByClick, outdated, follow }
  })
}) {}

/** Whether a message says all that is stored of a request at this status. */
export const isUpToDate = (shown: Shown, status: RequestStatus): boolean =>
  shown.status === status && !shown.isOutdated

/** Discord stored the message, under this id. */
export const shownAs = (message: SentMessage, messageId: MessageId): Shown => ({
  ...message,
  messageId: Option.some(messageId),
  isOutdated: false
})

/** A standing message shows this status now. */
export const drawnAs = (standing: Shown, status: RequestStatus): Shown => ({
  ...standing,
  status,
  isOutdated: false
})
