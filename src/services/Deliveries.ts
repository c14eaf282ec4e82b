/** Brings what one audience sees of a request up to date. Every message is drawn from the newest state. */
import { Duration, Effect, Option } from "effect"
import { fitsButtons } from "../domain/customId.ts"
import { Notice, noticeFor } from "../domain/Notice.ts"
import type { RequestWithPeople } from "../domain/Notice.ts"
import { requesterLearnsAnyway } from "../domain/Notification.ts"
import type { Audience, Notification } from "../domain/Notification.ts"
import { isFinal } from "../domain/RequestStatus.ts"
import { Claims } from "../ports/Claims.ts"
import { Messenger } from "../ports/Messenger.ts"
import type { MessengerError } from "../ports/Messenger.ts"
import type { MochiError } from "../ports/MochiError.ts"
import { People } from "../ports/People.ts"
import type { StoreUnavailable } from "../ports/StoreUnavailable.ts"
import { TransferRequests } from "../ports/TransferRequests.ts"
import type { LiveAnswer, StoredShown } from "../ports/TransferRequests.ts"
import { RequestPeople } from "./RequestPeople.ts"
import { isPastMending, posting, Undeliverable } from "./posting.ts"
import type { Delivery } from "./posting.ts"

/** An edit that comes so soon after the command is seen: no message of its own is needed. */
const editIsSeen = Duration.minutes(2)

export type DeliveryFailure = Undeliverable | MessengerError | MochiError | StoreUnavailable

export class Deliveries extends Effect.Service<Deliveries>()("mochi/services/Deliveries", {
  effect: Effect.gen(function* () {
    const requests = yield* TransferRequests
    const messenger = yield* Messenger
    const people = yield* People
    const claims = yield* Claims
    const requestPeople = yield* RequestPeople
    const { correct, personOf, postTo, redraw } = yield* posting

    /** Edits the ephemeral answers about the request whose tokens live; the age of the youngest `/kudos` edited. */
    const editAnswers = Effect.fnUntraced(function* (
      picture: RequestWithPeople,
      views: ReadonlyArray<LiveAnswer["view"]>
    ) {
      const answers = yield* requests.liveAnswers(picture.key)
      const ages = yield* Effect.forEach(
        answers.filter(({ view }) => views.includes(view)),
        ({ interactionId, view }) =>
          Effect.gen(function* () {
            const live = yield* claims.liveToken(interactionId)
            if (Option.isNone(live)) return Option.none()
            yield* messenger.editAnswer(live.value.token, noticeFor(view, picture))
            return Option.some(live.value.age)
          }).pipe(Effect.catchIf(isPastMending, () => Effect.succeedNone))
      )
      return ages.flatMap(Option.toArray)
    })

    const tellOwner = Effect.fnUntraced(function* (delivery: Delivery) {
      const { picture } = delivery
      if (!fitsButtons(picture.key))
        return yield* new Undeliverable({ reason: "the request code is too long for a button" })
      yield* editAnswers(picture, ["owner"])
      const shown = yield* requests.shown(picture.key, "owner")
      const standing = Option.filter(shown, isStanding)
      const card = Notice.ApprovalCard({ picture })
      if (Option.isNone(standing)) return yield* postTo(delivery, shown, card)
      if (standing.value.status === picture.status) return
      // The card of a bot that is gone cannot be brought up to date: a final one takes its place.
      if (!(yield* redraw(standing.value, card))) return yield* postTo(delivery, Option.none(), card)
      yield* requests.show(picture.key, "owner", { ...standing.value, status: picture.status })
    })

    const tellRequester = Effect.fnUntraced(function* (delivery: Delivery) {
      const { picture } = delivery
      const { facts, key, status } = picture
      if (!isFinal(status)) return
      const ages = yield* editAnswers(picture, ["kudos", "requester"])
      const shown = yield* requests.shown(key, "requester")
      const standing = Option.filter(shown, isStanding)
      if (Option.exists(standing, told => told.status === status)) return
      // What they were told before holds no longer.
      if (Option.isSome(standing) && isFinal(standing.value.status))
        yield* redraw(standing.value, Notice.StatusChanged({ picture, status: standing.value.status }))
      const wasSeen = ages.some(age => Duration.lessThan(age, editIsSeen))
      if (wasSeen || requesterLearnsAnyway(facts, status) || !(yield* wants("requester", picture))) return
      const begun = Option.isSome(standing) ? Option.none() : shown
      yield* postTo(delivery, begun, Notice.StatusChanged({ picture, status }))
    })

    const tellRecipient = Effect.fnUntraced(function* (delivery: Delivery) {
      const { picture } = delivery
      yield* editAnswers(picture, ["recipient"])
      const shown = yield* requests.shown(picture.key, "recipient")
      const standing = Option.filter(shown, isStanding)
      const thanks = Notice.KudosReceived({ picture })
      if (Option.isSome(standing)) return yield* correctThanks(delivery, standing.value, thanks)
      if (picture.status === "approved") {
        if (yield* wants("recipient", picture)) yield* postTo(delivery, shown, thanks)
      } else if (Option.isSome(shown)) yield* correct(delivery, shown.value, thanks)
    })

    const correctThanks = Effect.fnUntraced(function* (
      delivery: Delivery,
      standing: StoredShown,
      thanks: Notice
    ) {
      const { key, status } = delivery.picture
      if (standing.status === status) return
      if (yield* redraw(standing, thanks))
        return yield* requests.show(key, "recipient", { ...standing, status })
      if (yield* wants("recipient", delivery.picture)) yield* postTo(delivery, Option.none(), thanks)
    })

    const wants = (audience: Audience, picture: RequestWithPeople) =>
      Effect.flatMap(personOf(audience, picture), people.wantsNotifications)

    /** Safe to repeat at any time. */
    const deliver = Effect.fn("Deliveries.deliver")(function* (
      notification: Notification
    ): Effect.fn.Return<void, DeliveryFailure> {
      const request = yield* requests.find(notification.request)
      const picture = Option.isSome(request) ? yield* requestPeople.of(request.value) : Option.none()
      if (Option.isNone(request) || Option.isNone(picture))
        return yield* new Undeliverable({ reason: "nothing is stored of the request" })
      // They had themselves erased: nothing is owed to them, and nothing failed.
      if (picture.value.facts[notification.audience].isErased === true) return
      const delivery = { notification, request: request.value, picture: picture.value }
      switch (notification.audience) {
        case "owner":
          return yield* tellOwner(delivery)
        case "requester":
          return yield* tellRequester(delivery)
        case "recipient":
          return yield* tellRecipient(delivery)
      }
    })

    return { deliver }
  })
}) {}

const isStanding = ({ messageId }: StoredShown): boolean => Option.isSome(messageId)
