/**
 * Brings what one audience sees of a request up to date. Every message is drawn from the newest state; what was begun is
 * written down before it is sent, so that a crash in between neither loses it nor shows it twice.
 */
import { Clock, Duration, Effect, Option, Schema } from "effect"
import { fitsButtons } from "../domain/customId.ts"
import type { ChannelId, DiscordUserId } from "../domain/Ids.ts"
import { Notice, noticeFor } from "../domain/Notice.ts"
import type { RequestPicture } from "../domain/Notice.ts"
import { requesterHearsAnyway } from "../domain/Notification.ts"
import type { Audience, Notification } from "../domain/Notification.ts"
import { isFinal } from "../domain/RequestStatus.ts"
import { Interactions } from "../ports/Interactions.ts"
import { Messenger } from "../ports/Messenger.ts"
import type { MessengerError } from "../ports/Messenger.ts"
import type { MochiError } from "../ports/MochiError.ts"
import { People } from "../ports/People.ts"
import type { StoreUnavailable } from "../ports/StoreUnavailable.ts"
import { TransferRequests } from "../ports/TransferRequests.ts"
import type { LiveAnswer, Shown } from "../ports/TransferRequests.ts"
import { Pictures } from "./Pictures.ts"

/** Discord remembers a nonce for a few minutes; older doubts are settled by looking. */
const nonceHolds = Duration.minutes(1)
/** An edit that comes so soon after the command is seen: no message of its own is needed. */
const editIsSeen = Duration.minutes(2)

/** Nothing that is tried later will help. */
export class Undeliverable extends Schema.TaggedError<Undeliverable>()("Undeliverable", {
  reason: Schema.String
}) {}

export type DeliveryFailure = Undeliverable | MessengerError | MochiError | StoreUnavailable

export class Deliveries extends Effect.Service<Deliveries>()("mochi/services/Deliveries", {
  effect: Effect.gen(function* () {
    const requests = yield* TransferRequests
    const messenger = yield* Messenger
    const people = yield* People
    const interactions = yield* Interactions
    const pictures = yield* Pictures

    const dmWith = Effect.fnUntraced(function* (user: DiscordUserId) {
      const known = yield* people.dmChannel(user)
      if (Option.isSome(known)) return known.value
      const opened = yield* messenger.openDm(user)
      yield* people.rememberDmChannel(user, opened)
      return opened
    })

    const personOf = Effect.fnUntraced(function* (audience: Audience, picture: RequestPicture) {
      const party = picture.facts[audience]
      const { discordUserId, name } = yield* pictures.person(party)
      if (Option.isSome(discordUserId)) return discordUserId.value
      const reason = Option.isSome(name) ? "has no Discord account at Mochi" : "has no Mochi profile"
      return yield* new Undeliverable({ reason: `the ${audience} ${reason}` })
    })

    /** Sends a message once: begun is stored first, and a doubt about an earlier try is settled before another. */
    const postOnce = Effect.fnUntraced(function* (
      { audience, id, request: key }: Notification,
      picture: RequestPicture,
      begun: Option.Option<Shown>,
      place: Shown["place"],
      channelId: ChannelId,
      notice: Notice
    ) {
      const now = yield* Clock.currentTimeMillis
      const doubt = Option.filter(
        begun,
        earlier => earlier.place === place && earlier.channelId === channelId
      )
      const begunAt = Option.match(doubt, { onNone: () => now, onSome: earlier => earlier.begunAt })
      const drawnFirst = Option.match(doubt, {
        onNone: () => picture.status,
        onSome: earlier => earlier.status
      })
      if (Option.isNone(doubt))
        yield* requests.show(key, audience, {
          channelId,
          place,
          begunAt,
          status: picture.status,
          messageId: Option.none()
        })
      const nonceForgotten = now - begunAt > Duration.toMillis(nonceHolds)
      const found = nonceForgotten ? yield* messenger.findPosted(channelId, notice) : Option.none()
      const messageId = Option.isSome(found)
        ? found.value
        : yield* messenger.post(channelId, notice, nonceOf(id, place))
      if (Option.isSome(doubt) && drawnFirst !== picture.status)
        yield* messenger.edit(channelId, messageId, notice)
      yield* requests.show(key, audience, {
        channelId,
        place,
        begunAt,
        status: picture.status,
        messageId: Option.some(messageId)
      })
    })

    /** By DM, or where those are closed as a pointer in the channel of the request. */
    const postTo = Effect.fnUntraced(function* (
      notification: Notification,
      picture: RequestPicture,
      begun: Option.Option<Shown>,
      notice: Notice
    ) {
      const { audience, request } = notification
      const userId = yield* personOf(audience, picture)
      const inChannel = Effect.fnUntraced(function* (reason: string) {
        const { channelId } = picture.facts
        if (Option.isNone(channelId))
          return yield* new Undeliverable({ reason: `${reason}, and there is no channel to fall back to` })
        const pointer = Notice.Pointer({ audience, userId, request })
        yield* postOnce(notification, picture, begun, "channel", channelId.value, pointer)
      })
      if (Option.exists(begun, ({ place }) => place === "channel"))
        return yield* inChannel("the direct messages are closed")
      yield* Effect.flatMap(dmWith(userId), channelId =>
        postOnce(notification, picture, begun, "dm", channelId, notice)
      ).pipe(
        Effect.catchIf(
          error => error._tag === "MessengerError" && error.reason === "Unreachable",
          error => inChannel(`the direct messages are closed (Discord ${"code" in error ? error.code : 0})`)
        )
      )
    })

    /** Edits the ephemeral answers about the request whose tokens live; the age of the youngest `/kudos` edited. */
    const editAnswers = Effect.fnUntraced(function* (
      picture: RequestPicture,
      views: ReadonlyArray<LiveAnswer["view"]>
    ) {
      const answers = yield* requests.liveAnswers(picture.key)
      const ages = yield* Effect.forEach(
        answers.filter(({ view }) => views.includes(view)),
        ({ interactionId, view }) =>
          Effect.gen(function* () {
            const live = yield* interactions.liveToken(interactionId)
            if (Option.isNone(live)) return Option.none()
            yield* messenger.editAnswer(live.value.token, noticeFor(view, picture))
            return Option.some(live.value.age)
          }).pipe(Effect.catchIf(isPastMending, () => Effect.succeedNone))
      )
      return ages.flatMap(Option.toArray)
    })

    const tellOwner = Effect.fnUntraced(function* (notification: Notification, picture: RequestPicture) {
      const { request } = notification
      if (!fitsButtons(request))
        return yield* new Undeliverable({ reason: "the request code is too long for a button" })
      yield* editAnswers(picture, ["owner"])
      const shown = yield* requests.shown(request, "owner")
      const card = Notice.ApprovalCard({ picture })
      if (Option.isNone(shown) || Option.isNone(shown.value.messageId)) {
        return yield* postTo(notification, picture, shown, card)
      }
      if (shown.value.status === picture.status) return
      if (shown.value.place === "dm") {
        yield* messenger
          .edit(shown.value.channelId, shown.value.messageId.value, card)
          .pipe(Effect.catchIf(isPastMending, () => Effect.void))
      }
      yield* requests.show(request, "owner", { ...shown.value, status: picture.status })
    })

    const tellRequester = Effect.fnUntraced(function* (notification: Notification, picture: RequestPicture) {
      const { facts, status } = picture
      if (!isFinal(status)) return
      const ages = yield* editAnswers(picture, ["kudos", "requester"])
      const wasSeen = ages.some(age => Duration.lessThan(age, editIsSeen))
      if (wasSeen || requesterHearsAnyway(facts, status)) return
      const shown = yield* requests.shown(notification.request, "requester")
      const isTold = Option.exists(shown, told => Option.isSome(told.messageId) && told.status === status)
      if (isTold || !(yield* wants("requester", picture))) return
      const begun = Option.filter(shown, ({ messageId }) => Option.isNone(messageId))
      yield* postTo(notification, picture, begun, Notice.StatusChanged({ picture, status }))
    })

    const tellRecipient = Effect.fnUntraced(function* (notification: Notification, picture: RequestPicture) {
      const shown = yield* requests.shown(notification.request, "recipient")
      const isTold = Option.exists(shown, ({ messageId }) => Option.isSome(messageId))
      if (isTold || picture.status !== "approved" || !(yield* wants("recipient", picture))) return
      yield* postTo(notification, picture, shown, Notice.KudosReceived({ picture }))
    })

    const wants = (audience: Audience, picture: RequestPicture) =>
      Effect.flatMap(personOf(audience, picture), people.wantsNotifications)

    /** Safe to repeat at any time. */
    const deliver = Effect.fn("Deliveries.deliver")(function* (
      notification: Notification
    ): Effect.fn.Return<void, DeliveryFailure> {
      const request = yield* requests.find(notification.request)
      const picture = Option.isSome(request) ? yield* pictures.of(request.value) : Option.none()
      if (Option.isNone(picture))
        return yield* new Undeliverable({ reason: "nothing is stored of the request" })
      // They had themselves erased: nothing is owed to them, and nothing failed.
      if (picture.value.facts[notification.audience].isErased === true) return
      switch (notification.audience) {
        case "owner":
          return yield* tellOwner(notification, picture.value)
        case "requester":
          return yield* tellRequester(notification, picture.value)
        case "recipient":
          return yield* tellRecipient(notification, picture.value)
      }
    })

    return { deliver }
  })
}) {}

/** Up to 25 characters; a message in a channel is another message than the DM that could not be sent. */
const nonceOf = (id: Notification["id"], place: Shown["place"]): string =>
  `${place === "dm" ? "d" : "c"}${id.replaceAll("-", "").slice(0, 24)}`

/** The message is gone, or its token: there is nothing left that could be brought up to date. */
const isPastMending = (error: MessengerError | StoreUnavailable): boolean =>
  error._tag === "MessengerError" &&
  (error.reason === "Gone" || error.reason === "TokenDead" || error.reason === "Refused")
