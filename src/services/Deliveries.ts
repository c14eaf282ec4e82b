/** Brings one audience's view of a request up to date. Every message is drawn from the newest state. */
import { Duration, Effect, Option } from "effect"
import { Notice, noticeFor } from "../domain/Notice.ts"
import type { Person, RequestWithPeople } from "../domain/Notice.ts"
import { requesterLearnsAnyway } from "../domain/Notification.ts"
import type { Audience } from "../domain/Notification.ts"
import { isFinal } from "../domain/RequestStatus.ts"
import type { DeliveryTry } from "../ports/DeliveryRecords.ts"
import { Messenger } from "../ports/Messenger.ts"
import type { MessengerError } from "../ports/Messenger.ts"
import type { MochiError } from "../ports/MochiError.ts"
import { People } from "../ports/People.ts"
import type { StoreUnavailable } from "../ports/StoreUnavailable.ts"
import type { LiveAnswer, Shown, StoredShown } from "../ports/TransferRequests.ts"
import { drawnAs, isUpToDate } from "./Cards.ts"
import { linkToKudos } from "../telemetry/spans.ts"
import { RequestPeople } from "./RequestPeople.ts"
import { accountOf, isBeyondRepair, posting, Undeliverable } from "./posting.ts"
import type { Delivery } from "./posting.ts"

/** The requester sees an edit that comes so soon after the command: it needs no message of its own. */
const editIsSeen = Duration.minutes(2)

export type DeliveryFailure = Undeliverable | MessengerError | MochiError | StoreUnavailable

export class Deliveries extends Effect.Service<Deliveries>()("mochi/services/Deliveries", {
  effect: Effect.gen(function* () {
    const messenger = yield* Messenger
    const people = yield* People
    const requestPeople = yield* RequestPeople
    const { correct, postTo, redraw } = yield* posting

    /** Edits the ephemeral answers of these views, and returns the ages of their interactions. */
    const editAnswers = Effect.fnUntraced(function* (
      { answers, request }: Told,
      views: ReadonlyArray<LiveAnswer["view"]>
    ) {
      const ages = yield* Effect.forEach(
        answers.filter(({ view }) => views.includes(view)),
        ({ age, token, view }) =>
          messenger.editAnswer(token, noticeFor(view, request)).pipe(
            Effect.as(Option.some(age)),
            Effect.catchIf(isBeyondRepair, () => Effect.succeedNone)
          )
      )
      return ages.flatMap(Option.toArray)
    })

    const tellOwner = Effect.fnUntraced(function* (told: Told) {
      const { request, shown } = told
      if (!messenger.canOfferButtons(request.key))
        return yield* new Undeliverable({ reason: "the request code is too long for a button" })
      yield* editAnswers(told, ["owner"])
      const standing = Option.filter(shown, isStanding)
      const card = Notice.ApprovalCard({ request })
      if (Option.isNone(standing)) return Option.some(yield* postTo(told, shown, card))
      if (isUpToDate(standing.value, request.status)) return Option.none()
      // Nobody can edit the card of a bot that is gone: a new card takes its place.
      if (!(yield* redraw(standing.value, card))) return Option.some(yield* postTo(told, Option.none(), card))
      return Option.some(drawnAs(standing.value, request.status))
    })

    const tellRequester = Effect.fnUntraced(function* (told: Told) {
      const { request, shown } = told
      const { facts, status } = request
      if (!isFinal(status)) return Option.none()
      const ages = yield* editAnswers(told, ["kudos", "requester"])
      const standing = Option.filter(shown, isStanding)
      if (Option.exists(standing, message => isUpToDate(message, status))) return Option.none()
      // What the standing message says is no longer true.
      if (Option.isSome(standing) && isFinal(standing.value.status))
        yield* redraw(standing.value, Notice.StatusChanged({ request, status: standing.value.status }))
      const wasSeen = ages.some(age => Duration.lessThan(age, editIsSeen))
      if (wasSeen || requesterLearnsAnyway(facts, status) || !(yield* wants(told))) return Option.none()
      const doubt = Option.isSome(standing) ? Option.none() : shown
      return Option.some(yield* postTo(told, doubt, Notice.StatusChanged({ request, status })))
    })

    const tellRecipient = Effect.fnUntraced(function* (told: Told) {
      const { request, shown } = told
      yield* editAnswers(told, ["recipient"])
      const standing = Option.filter(shown, isStanding)
      const thanks = Notice.KudosReceived({ request })
      if (Option.isSome(standing)) return yield* correctThanks(told, standing.value, thanks)
      if (request.status !== "approved")
        return Option.isSome(shown) ? yield* correct(told, shown.value, thanks) : Option.none()
      return (yield* wants(told)) ? Option.some(yield* postTo(told, shown, thanks)) : Option.none()
    })

    const correctThanks = Effect.fnUntraced(function* (told: Told, standing: StoredShown, thanks: Notice) {
      const { status } = told.request
      if (isUpToDate(standing, status)) return Option.none()
      if (yield* redraw(standing, thanks)) return Option.some(drawnAs(standing, status))
      return (yield* wants(told)) ? Option.some(yield* postTo(told, Option.none(), thanks)) : Option.none()
    })

    const wants = (delivery: Delivery) => Effect.flatMap(accountOf(delivery), people.wantsNotifications)

    const readerOf = (audience: Audience, request: RequestWithPeople): Effect.Effect<Person, MochiError> =>
      audience === "owner" ? requestPeople.person(request.facts.owner) : Effect.succeed(request[audience])

    /**
     * Returns what the audience's message shows from now on, for the end of the delivery to store; none if that did not
     * change. Safe to repeat at any time.
     */
    const deliver = Effect.fnUntraced(function* ({
      answers,
      notification,
      request: stored,
      shown
    }: DeliveryTry): Effect.fn.Return<Option.Option<Shown>, DeliveryFailure> {
      const { audience } = notification
      yield* linkToKudos(Option.flatMap(stored, ({ origin }) => origin))
      const found = Option.isSome(stored) ? yield* requestPeople.of(stored.value) : Option.none()
      if (Option.isNone(found))
        return yield* new Undeliverable({ reason: "nothing is stored of the request" })
      const request = found.value
      // The reader had their data erased: nothing is owed to them, and nothing failed.
      if (request.facts[audience].isErased === true) return Option.none()
      const told = { notification, request, shown, answers, reader: readerOf(audience, request) }
      switch (audience) {
        case "owner":
          return yield* tellOwner(told)
        case "requester":
          return yield* tellRequester(told)
        case "recipient":
          return yield* tellRecipient(told)
      }
    })

    return { deliver }
  })
}) {}

/** What is told, to whom, and what they see of it so far. */
interface Told extends Delivery, Pick<DeliveryTry, "shown" | "answers"> {}

const isStanding = ({ messageId }: StoredShown): boolean => Option.isSome(messageId)
