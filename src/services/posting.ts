/**
 * Sends one message to one person, once. The message is stored before it is sent, so that a crash in between neither loses
 * it nor shows it twice.
 */
import { Duration, Effect, Either, Option, Schema } from "effect"
import type { ChannelId, UserId } from "../domain/Ids.ts"
import { Notice } from "../domain/Notice.ts"
import type { Person, RequestWithPeople } from "../domain/Notice.ts"
import type { Notification } from "../domain/Notification.ts"
import { Messenger } from "../ports/Messenger.ts"
import type { MessengerError } from "../ports/Messenger.ts"
import type { MochiError } from "../ports/MochiError.ts"
import { People } from "../ports/People.ts"
import type { StoreUnavailable } from "../ports/StoreUnavailable.ts"
import type { Shown, StoredShown } from "../ports/TransferRequests.ts"
import { Cards, isUpToDate, shownAs } from "./Cards.ts"
import { makeChannelTurns } from "./channelTurns.ts"
import { makeClosedDms } from "./closedDms.ts"

/** Discord remembers a nonce for a few minutes; older doubts are settled by looking. */
const nonceHolds = Duration.minutes(1)

/** No later try will help. */
export class Undeliverable extends Schema.TaggedError<Undeliverable>()("Undeliverable", {
  reason: Schema.String
}) {}

type PostingFailure = Undeliverable | MessengerError | StoreUnavailable

/** A notification that is being delivered, and its request as it stands. */
export interface Delivery {
  readonly notification: Notification
  readonly request: RequestWithPeople
  /** The person who is to read it. Only a posted message needs the owner, for whom the bot may have to ask Mochi. */
  readonly reader: Effect.Effect<Person, MochiError>
}

/** The account of a delivery's reader. */
export const accountOf = ({
  notification: { audience },
  reader
}: Delivery): Effect.Effect<UserId, MochiError | Undeliverable> =>
  Effect.flatMap(reader, ({ name, userId }) =>
    Either.fromOption(userId, () => {
      const reason = Option.isSome(name) ? "has no Discord account at Mochi" : "has no Mochi profile"
      return new Undeliverable({ reason: `the ${audience} ${reason}` })
    })
  )

/** Part of `Deliveries`. */
export const posting = Effect.gen(function* () {
  const cards = yield* Cards
  const messenger = yield* Messenger
  const people = yield* People
  const closedDms = yield* makeClosedDms
  const turns = yield* makeChannelTurns

  const isOfLostChannel = (error: PostingFailure): error is MessengerError =>
    error._tag === "MessengerError" && messenger.about(error) === "lost channel"

  /** Runs `work` in the person's DM channel; if Discord no longer knows the stored one, opens another and runs it again. */
  const inDm = Effect.fnUntraced(function* <A>(
    user: UserId,
    work: (channelId: ChannelId) => Effect.Effect<A, PostingFailure>
  ): Effect.fn.Return<A, PostingFailure> {
    const bot = yield* messenger.application
    const open = Effect.tap(messenger.openDm(user), opened => people.rememberDmChannel(user, opened, bot))
    const channel = yield* people.dmChannel(user, bot)
    if (Option.isNone(channel)) return yield* Effect.flatMap(open, work)
    return yield* Effect.catchIf(work(channel.value), isOfLostChannel, () =>
      people.forgetDmChannel(user, channel.value).pipe(Effect.zipRight(open), Effect.flatMap(work))
    )
  })

  const look = (
    { age, channelId }: StoredShown,
    { interactionId: interaction }: RequestWithPeople,
    notice: Notice
  ) => messenger.findPosted(channelId, notice, { interaction, age })

  /**
   * The message of an earlier try that may stand in the channel, or none if it is safe to send it. If the bot cannot read the
   * channel's history, it cannot tell: another try might show the message twice, so that an operator has to look first.
   */
  const messageInDoubt = Effect.fnUntraced(function* (
    doubt: StoredShown,
    request: RequestWithPeople,
    notice: Notice
  ) {
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

  /** Sends a message once, in the channel's turn, and returns what it shows. Before another try, it looks for the message of an earlier one. */
  const postOnce = (
    delivery: Delivery,
    earlier: Option.Option<StoredShown>,
    place: Shown["place"],
    channelId: ChannelId,
    notice: Notice
  ) => turns.inTurn(channelId, sendOnce(delivery, earlier, place, channelId, notice))

  const sendOnce = Effect.fnUntraced(function* (
    { notification: { audience, id }, request }: Delivery,
    earlier: Option.Option<StoredShown>,
    place: Shown["place"],
    channelId: ChannelId,
    notice: Notice
  ) {
    const bot = yield* messenger.application
    const doubt = Option.filter(
      earlier,
      message => message.place === place && message.channelId === channelId && mayBeOf(message, bot)
    )
    const message = { channelId, place, status: request.status, bot: Option.some(bot) }
    if (Option.isNone(doubt)) yield* cards.begin(request.key, audience, message)
    const found = Option.isSome(doubt) ? yield* messageInDoubt(doubt.value, request, notice) : Option.none()
    const messageId = Option.isSome(found)
      ? found.value
      : yield* messenger.post(channelId, notice, nonceOf(id, place))
    if (Option.exists(doubt, message => !isUpToDate(message, request.status)))
      yield* messenger.edit(channelId, messageId, notice)
    return shownAs(message, messageId)
  })

  /** Posts the notice as a DM, or if DMs are closed, a pointer in the channel of the request. Returns what is shown then. */
  const postTo = Effect.fnUntraced(function* (
    delivery: Delivery,
    earlier: Option.Option<StoredShown>,
    notice: Notice
  ) {
    const { notification, request } = delivery
    const { audience } = notification
    const userId = yield* accountOf(delivery)
    const { channelId } = request.facts
    const inChannel = Effect.fnUntraced(function* (reason: string) {
      if (Option.isNone(channelId))
        return yield* new Undeliverable({ reason: `${reason}, and there is no channel to fall back to` })
      const pointer = Notice.Pointer({ audience, userId, key: request.key })
      return yield* postOnce(delivery, earlier, "channel", channelId.value, pointer)
    })
    const wasPointer = Option.exists(earlier, ({ place }) => place === "channel")
    const isKnownClosed = Option.isNone(earlier) && Option.isSome(channelId) && (yield* closedDms.has(userId))
    if (wasPointer || isKnownClosed) return yield* inChannel("the direct messages are closed")
    return yield* inDm(userId, dm => postOnce(delivery, earlier, "dm", dm, notice)).pipe(
      Effect.zipLeft(closedDms.reached(userId)),
      Effect.catchIf(isUnreachable, ({ code }) =>
        Effect.zipRight(
          closedDms.refused(userId),
          inChannel(`the direct messages are closed (Discord ${code})`)
        )
      )
    )
  })

  /**
   * Draws a standing message again; a pointer says nothing that could be outdated. False: it is another bot's, or in a
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
        error => messenger.about(error) !== "nothing else",
        () => Effect.succeed(false)
      ),
      Effect.catchIf(isBeyondRepair, () => Effect.succeed(true))
    )
  })

  /** Draws a message in doubt again, if Discord has it, and returns what it shows. If it has not, the person read nothing untrue, and gets nothing. */
  const correct = Effect.fnUntraced(
    function* ({ request }: Delivery, doubt: StoredShown, notice: Notice) {
      if (doubt.place === "channel") return Option.none()
      const sought = yield* look(doubt, request, notice)
      if (sought._tag !== "Found") return Option.none()
      const message = { ...doubt, status: request.status }
      yield* redraw({ ...message, messageId: Option.some(sought.messageId) }, notice)
      return Option.some(shownAs(message, sought.messageId))
    },
    Effect.catchIf(isBeyondRepair, () => Effect.succeedNone)
  )

  return { postTo, redraw, correct }
})

/** The message is gone, or its token: there is nothing left that could be brought up to date. */
export const isBeyondRepair = (error: PostingFailure): error is MessengerError =>
  error._tag === "MessengerError" &&
  (error.reason === "Gone" || error.reason === "TokenDead" || error.reason === "Refused")

const isUnreachable = (error: PostingFailure): error is MessengerError =>
  error._tag === "MessengerError" && error.reason === "Unreachable"

/** A message that an earlier release posted counts as this bot's until Discord says otherwise. */
const mayBeOf = ({ bot }: Pick<Shown, "bot">, own: string): boolean => Option.isNone(bot) || bot.value === own

/** Up to 25 characters; a message in a channel is another message than the DM that could not be sent. */
const nonceOf = (id: Notification["id"], place: Shown["place"]): string =>
  `${place === "dm" ? "d" : "c"}${id.replaceAll("-", "").slice(0, 24)}`
