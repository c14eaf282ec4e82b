/** Brings one audience's view of a request up to date. Every message is drawn from the newest state. */
import { Duration, Effect, Option } from "effect"
import { Notice, noticeFor } from "../domain/Notice.ts"
import type { Person, RequestWithPeople } from "../domain/Notice.ts"
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
import { Cards, isUpToDate } from "./Cards.ts"
import { RequestPeople } from "./RequestPeople.ts"
import { accountOf, isBeyondRepair, posting, Undeliverable } from "./posting.ts"
import type { Delivery } from "./posting.ts"

/** The requester sees an edit that comes so soon after the command: it needs no message of its own. */
const editIsSeen = Duration.minutes(2)

export type DeliveryFailure = Undeliverable | MessengerError | MochiError | StoreUnavailable

export class Deliveries extends Effect.Service<Deliveries>()("mochi/services/Deliveries", {
  effect: Effect.gen(function* () {
    const requests = yield* TransferRequests
    const cards = yield* Cards
    const messenger = yield* Messenger
    const people = yield* People
    const claims = yield* Claims
    const requestPeople = yield* RequestPeople
    const { correct, postTo, redraw } = yield* posting

    /** Edits the ephemeral answers about the request whose tokens still live, and returns the ages of their interactions. */
    const editAnswers = Effect.fnUntraced(function* (
      request: RequestWithPeople,
      views: ReadonlyArray<LiveAnswer["view"]>
    ) {
      const answers = yield* requests.liveAnswers(request.key)
      const ages = yield* Effect.forEach(
        answers.filter(({ view }) => views.includes(view)),
        ({ interactionId, view }) =>
          Effect.gen(function* () {
            const live = yield* claims.liveToken(interactionId)
            if (Option.isNone(live)) return Option.none()
            yield* messenger.editAnswer(live.value.token, noticeFor(view, request))
            return Option.some(live.value.age)
          }).pipe(Effect.catchIf(isBeyondRepair, () => Effect.succeedNone))
      )
      return ages.flatMap(Option.toArray)
    })

    const tellOwner = Effect.fnUntraced(function* (delivery: Delivery) {
      const { request } = delivery
      if (!messenger.canOfferButtons(request.key))
        return yield* new Undeliverable({ reason: "the request code is too long for a button" })
      yield* editAnswers(request, ["owner"])
      const shown = yield* cards.shown(request.key, "owner")
      const standing = Option.filter(shown, isStanding)
      const card = Notice.ApprovalCard({ request })
      if (Option.isNone(standing)) return yield* postTo(delivery, shown, card)
      if (isUpToDate(standing.value, request.status)) return
      // Nobody can edit the card of a bot that is gone: a new card takes its place.
      if (!(yield* redraw(standing.value, card))) return yield* postTo(delivery, Option.none(), card)
      yield* cards.drawn(request.key, "owner", standing.value, request.status)
    })

    const tellRequester = Effect.fnUntraced(function* (delivery: Delivery) {
      const { request } = delivery
      const { facts, key, status } = request
      if (!isFinal(status)) return
      const ages = yield* editAnswers(request, ["kudos", "requester"])
      const shown = yield* cards.shown(key, "requester")
      const standing = Option.filter(shown, isStanding)
      if (Option.exists(standing, message => isUpToDate(message, status))) return
      // What the standing message says is no longer true.
      if (Option.isSome(standing) && isFinal(standing.value.status))
        yield* redraw(standing.value, Notice.StatusChanged({ request, status: standing.value.status }))
      const wasSeen = ages.some(age => Duration.lessThan(age, editIsSeen))
      if (wasSeen || requesterLearnsAnyway(facts, status) || !(yield* wants(delivery))) return
      const doubt = Option.isSome(standing) ? Option.none() : shown
      yield* postTo(delivery, doubt, Notice.StatusChanged({ request, status }))
    })

    const tellRecipient = Effect.fnUntraced(function* (delivery: Delivery) {
      const { request } = delivery
      yield* editAnswers(request, ["recipient"])
      const shown = yield* cards.shown(request.key, "recipient")
      const standing = Option.filter(shown, isStanding)
      const thanks = Notice.KudosReceived({ request })
      if (Option.isSome(standing)) return yield* correctThanks(delivery, standing.value, thanks)
      if (request.status === "approved") {
        if (yield* wants(delivery)) yield* postTo(delivery, shown, thanks)
      } else if (Option.isSome(shown)) yield* correct(delivery, shown.value, thanks)
    })

    const correctThanks = Effect.fnUntraced(function* (
      delivery: Delivery,
      standing: StoredShown,
      thanks: Notice
    ) {
      const { key, status } = delivery.request
      if (isUpToDate(standing, status)) return
      if (yield* redraw(standing, thanks)) return yield* cards.drawn(key, "recipient", standing, status)
      if (yield* wants(delivery)) yield* postTo(delivery, Option.none(), thanks)
    })

    const wants = (delivery: Delivery) => Effect.flatMap(accountOf(delivery), people.wantsNotifications)

    const readerOf = (audience: Audience, request: RequestWithPeople): Effect.Effect<Person, MochiError> =>
      audience === "owner" ? requestPeople.person(request.facts.owner) : Effect.succeed(request[audience])

    /** Safe to repeat at any time. */
    const deliver = Effect.fnUntraced(function* (
      notification: Notification
    ): Effect.fn.Return<void, DeliveryFailure> {
      const { audience } = notification
      const found = yield* requestPeople.find(notification.request)
      if (Option.isNone(found))
        return yield* new Undeliverable({ reason: "nothing is stored of the request" })
      const request = found.value
      // The reader had their data erased: nothing is owed to them, and nothing failed.
      if (request.facts[audience].isErased === true) return
      const delivery = { notification, request, reader: readerOf(audience, request) }
      switch (audience) {
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
