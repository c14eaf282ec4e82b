/**
 * Bringing one message to one person, once. What was begun is written down before it is sent, so that a crash in between
 * neither loses the message nor shows it twice.
 */
import { Duration, Effect, Option, Schema } from "effect"
import type { ChannelId, UserId } from "../domain/Ids.ts"
import { Notice } from "../domain/Notice.ts"
import type { RequestWithPeople } from "../domain/Notice.ts"
import type { Audience, Notification } from "../domain/Notification.ts"
import type { TransferRequest } from "../domain/TransferRequest.ts"
import { isLostChannel, isOthersMessage, Messenger } from "../ports/Messenger.ts"
import type { MessengerError } from "../ports/Messenger.ts"
import { People } from "../ports/People.ts"
import type { StoreUnavailable } from "../ports/StoreUnavailable.ts"
import { TransferRequests } from "../ports/TransferRequests.ts"
import type { Shown, StoredShown } from "../ports/TransferRequests.ts"
import { makeChannelTurns } from "./channelTurns.ts"
import { makeClosedDms } from "./closedDms.ts"
import { RequestPeople } from "./RequestPeople.ts"

/** Discord remembers a nonce for a few minutes; older doubts are settled by looking. */
const nonceHolds = Duration.minutes(1)

/** Nothing that is tried later will help. */
export class Undeliverable extends Schema.TaggedError<Undeliverable>()("Undeliverable", {
  reason: Schema.String
}) {}

type PostingFailure = Undeliverable | MessengerError | StoreUnavailable

/** A notification that is brought now, and its request as it stands. */
export interface Delivery {
  readonly notification: Notification
  readonly request: TransferRequest
  readonly picture: RequestWithPeople
}

/** Part of `Deliveries`. */
export const posting = Effect.gen(function* () {
  const requests = yield* TransferRequests
  const messenger = yield* Messenger
  const people = yield* People
  const requestPeople = yield* RequestPeople
  const closedDms = yield* makeClosedDms
  const turns = yield* makeChannelTurns

  const personOf = Effect.fnUntraced(function* (audience: Audience, picture: RequestWithPeople) {
    const { userId, name } = yield* requestPeople.person(picture.facts[audience])
    if (Option.isSome(userId)) return userId.value
    const reason = Option.isSome(name) ? "has no Discord account at Mochi" : "has no Mochi profile"
    return yield* new Undeliverable({ reason: `the ${audience} ${reason}` })
  })

  /** Works in the person's DM; where the remembered one is not known to Discord any more, once more in a new one. */
  const inDm = Effect.fnUntraced(function* (
    user: UserId,
    work: (channelId: ChannelId) => Effect.Effect<void, PostingFailure>
  ): Effect.fn.Return<void, PostingFailure> {
    const application = yield* messenger.application
    const open = Effect.tap(messenger.openDm(user), opened =>
      people.rememberDmChannel(user, opened, application)
    )
    const known = yield* people.dmChannel(user, application)
    if (Option.isNone(known)) return yield* Effect.flatMap(open, work)
    yield* Effect.catchIf(work(known.value), isOfLostChannel, () =>
      people.forgetDmChannel(user, known.value).pipe(Effect.zipRight(open), Effect.flatMap(work))
    )
  })

  const look = (
    { age, channelId }: StoredShown,
    { interactionId: interaction }: TransferRequest,
    notice: Notice
  ) => messenger.findPosted(channelId, notice, { interaction, age })

  /**
   * The message of a doubt, or none where it is safe to send it. Without a message history nobody can tell: sending again
   * might show it twice, so that somebody has to look first.
   */
  const settled = Effect.fnUntraced(function* (doubt: StoredShown, request: TransferRequest, notice: Notice) {
    if (Duration.lessThanOrEqualTo(doubt.age, nonceHolds)) return Option.none()
    const sought = yield* look(doubt, request, notice)
    switch (sought._tag) {
      case "Found":
        return Option.some(sought.messageId)
      case "Absent":
        return Option.none()
      case "Unsure":
        return yield* new Undeliverable({
          reason: "it may stand in the channel already, whose message history the bot cannot read"
        })
    }
  })

  /** Sends a message once, in the channel's turn: a doubt about an earlier try is settled before another. */
  const postOnce = (
    delivery: Delivery,
    begun: Option.Option<StoredShown>,
    place: Shown["place"],
    channelId: ChannelId,
    notice: Notice
  ) => turns.inTurn(channelId, sendOnce(delivery, begun, place, channelId, notice))

  const sendOnce = Effect.fnUntraced(function* (
    { notification: { audience, id }, picture, request }: Delivery,
    begun: Option.Option<StoredShown>,
    place: Shown["place"],
    channelId: ChannelId,
    notice: Notice
  ) {
    const application = yield* messenger.application
    const doubt = Option.filter(
      begun,
      earlier => earlier.place === place && earlier.channelId === channelId && mayBeOf(earlier, application)
    )
    const shown = { channelId, place, status: picture.status, application: Option.some(application) }
    if (Option.isNone(doubt))
      yield* requests.begin(picture.key, audience, { ...shown, messageId: Option.none() })
    const found = Option.isSome(doubt) ? yield* settled(doubt.value, request, notice) : Option.none()
    const messageId = Option.isSome(found)
      ? found.value
      : yield* messenger.post(channelId, notice, nonceOf(id, place))
    if (Option.exists(doubt, earlier => earlier.status !== picture.status))
      yield* messenger.edit(channelId, messageId, notice)
    yield* requests.show(picture.key, audience, { ...shown, messageId: Option.some(messageId) })
  })

  /** By DM, or where those are closed as a pointer in the channel of the request. */
  const postTo = Effect.fnUntraced(function* (
    delivery: Delivery,
    begun: Option.Option<StoredShown>,
    notice: Notice
  ) {
    const { notification, picture } = delivery
    const { audience } = notification
    const userId = yield* personOf(audience, picture)
    const { channelId } = picture.facts
    const inChannel = Effect.fnUntraced(function* (reason: string) {
      if (Option.isNone(channelId))
        return yield* new Undeliverable({ reason: `${reason}, and there is no channel to fall back to` })
      const pointer = Notice.Pointer({ audience, userId, request: picture.key })
      yield* postOnce(delivery, begun, "channel", channelId.value, pointer)
    })
    const wasPointer = Option.exists(begun, ({ place }) => place === "channel")
    const isKnownClosed = Option.isNone(begun) && Option.isSome(channelId) && (yield* closedDms.has(userId))
    if (wasPointer || isKnownClosed) return yield* inChannel("the direct messages are closed")
    yield* inDm(userId, dm => postOnce(delivery, begun, "dm", dm, notice)).pipe(
      Effect.zipRight(closedDms.reached(userId)),
      Effect.catchIf(isUnreachable, ({ code }) =>
        Effect.zipRight(
          closedDms.refused(userId),
          inChannel(`the direct messages are closed (Discord ${code})`)
        )
      )
    )
  })

  /**
   * Draws a message that stands anew; a pointer says nothing that could be outdated. False: it is another bot's, or in a
   * channel that this one cannot reach, and still says what it said.
   */
  const redraw = Effect.fnUntraced(function* (
    { channelId, messageId, place, ...shown }: Shown,
    notice: Notice
  ) {
    if (place === "channel" || Option.isNone(messageId)) return true
    if (!mayBeOf(shown, yield* messenger.application)) return false
    return yield* messenger.edit(channelId, messageId.value, notice).pipe(
      Effect.as(true),
      Effect.catchIf(
        error => isLostChannel(error) || isOthersMessage(error),
        () => Effect.succeed(false)
      ),
      Effect.catchIf(isPastMending, () => Effect.succeed(true))
    )
  })

  /** Draws a message in doubt anew, if it stands; whoever was not told of what is no longer true is told nothing. */
  const correct = Effect.fnUntraced(
    function* (
      { notification: { audience }, picture, request }: Delivery,
      doubt: StoredShown,
      notice: Notice
    ) {
      if (doubt.place === "channel") return
      const sought = yield* look(doubt, request, notice)
      if (sought._tag !== "Found") return
      const shown = { ...doubt, messageId: Option.some(sought.messageId), status: picture.status }
      yield* redraw(shown, notice)
      yield* requests.show(picture.key, audience, shown)
    },
    Effect.catchIf(isPastMending, () => Effect.void)
  )

  return { personOf, postTo, redraw, correct }
})

/** The message is gone, or its token: there is nothing left that could be brought up to date. */
export const isPastMending = (error: PostingFailure): error is MessengerError =>
  error._tag === "MessengerError" &&
  (error.reason === "Gone" || error.reason === "TokenDead" || error.reason === "Refused")

const isOfLostChannel = (error: PostingFailure): error is MessengerError =>
  error._tag === "MessengerError" && isLostChannel(error)

const isUnreachable = (error: PostingFailure): error is MessengerError =>
  error._tag === "MessengerError" && error.reason === "Unreachable"

/** Messages that an earlier release posted are taken for this bot's until Discord says otherwise. */
const mayBeOf = ({ application }: Pick<Shown, "application">, own: string): boolean =>
  Option.isNone(application) || application.value === own

/** Up to 25 characters; a message in a channel is another message than the DM that could not be sent. */
const nonceOf = (id: Notification["id"], place: Shown["place"]): string =>
  `${place === "dm" ? "d" : "c"}${id.replaceAll("-", "").slice(0, 24)}`
