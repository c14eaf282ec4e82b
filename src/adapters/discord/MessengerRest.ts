import { DiscordREST } from "dfx/DiscordREST"
import type { Redacted } from "effect"
import { Cache, Clock, DateTime, Duration, Effect, Exit, Layer, Option, Ref, Schema } from "effect"
import { BotId, ChannelId, MessageId } from "../../domain/Ids.ts"
import type { UserId, InteractionId } from "../../domain/Ids.ts"
import type { Notice } from "../../domain/Notice.ts"
import { Messenger, MessengerError } from "../../ports/Messenger.ts"
import type { Since, Sought } from "../../ports/Messenger.ts"
import { monotonicMillis } from "../../context/monotonic.ts"
import { noticeScreen } from "../../views/notices.ts"
import { wordsFor } from "../../words/wordsFor.ts"
import { answering } from "./answering.ts"
import * as ApplicationInfo from "./ApplicationInfo.ts"
import { fitsButtons } from "./customId.ts"
import { drawn } from "./draw.ts"
import { isDrawingOf } from "./drawings.ts"
import { InteractionCalls } from "./InteractionCalls.ts"
import type { Message } from "./Message.ts"
import { aboutOf, messengerError } from "./messengerErrors.ts"
import { inTurn, makePace } from "./pace.ts"
import { toApiError } from "./RestErrors.ts"
import { limits } from "./RestPlan.ts"
import { madeAt } from "./snowflake.ts"

/** Openings of direct messages, in any second; and the milliseconds between two of them at least. */
const mostOpeningsPerSecond = 10
const openingEvery = 60

/** After "opening direct messages too fast" (40003), unless Discord says otherwise. */
const openingPause = Duration.minutes(1)

/** A message whose outcome is in doubt is among the newest. A page is the most that Discord returns at once. */
const messagesOfPage = 100
const pagesLookedAt = 5

/** How far the clocks of Discord, the database and this process may differ, in milliseconds. */
const clocksDiffer = 3_600_000

/** Draws notices and sends them over Discord's REST interface. */
export const layer: Layer.Layer<Messenger, never, DiscordREST | InteractionCalls> = Layer.scoped(
  Messenger,
  Effect.gen(function* () {
    const rest = yield* DiscordREST
    const calls = yield* InteractionCalls
    const openings = makePace({
      perSecond: mostOpeningsPerSecond,
      everyMillis: openingEvery,
      lostAfterMillis: Duration.toMillis(limits.bot.deadline)
    })
    const pausedUntil = yield* Ref.make(Number.NEGATIVE_INFINITY)
    // Keeps a success for ever, and no failure.
    const applications = yield* Cache.makeWith({
      capacity: 1,
      lookup: (_: "ours") =>
        ApplicationInfo.read().pipe(
          Effect.provideService(DiscordREST, rest),
          Effect.mapError(messengerError),
          Effect.flatMap(answer => decoded(Application, answer))
        ),
      timeToLive: exit => (Exit.isSuccess(exit) ? Duration.infinity : Duration.zero)
    })
    const ours = applications.get("ours")

    const refuseWhilePaused = Effect.flatMap(
      Effect.zip(Ref.get(pausedUntil), monotonicMillis),
      ([until, now]) => (now < until ? Effect.fail(paused(until - now)) : Effect.void)
    )

    const pause = (error: MessengerError) =>
      Effect.gen(function* () {
        if (error.reason !== "OpeningPaused") return
        const wait = Option.getOrElse(error.retryAfterMillis, () => Duration.toMillis(openingPause))
        yield* Ref.set(pausedUntil, (yield* monotonicMillis) + wait)
      })

    const pageOf = (channelId: ChannelId, before: Option.Option<MessageId>) =>
      Effect.flatMap(
        Effect.mapError(
          rest.listMessages(channelId, {
            limit: messagesOfPage,
            ...Option.match(before, { onNone: () => ({}), onSome: id => ({ before: id }) })
          }),
          failed
        ),
        answer => decoded(ListedMessages, answer)
      )

    /**
     * Whether a channel without readable messages got none since. Discord shows the newest message's id to every bot that
     * sees the channel.
     */
    const isQuietSince = Effect.fnUntraced(function* (
      channelId: ChannelId,
      since: Option.Option<InteractionId>
    ) {
      const answer = yield* Effect.mapError(rest.getChannel(channelId), failed)
      const { last_message_id: newest, type } = yield* decoded(ChannelEnd, answer)
      // The bot can always read its direct messages.
      if (type === directMessages) return true
      // Ids of all kinds grow with time.
      return newest != null && Option.exists(since, moment => BigInt(newest) < BigInt(moment))
    })

    return {
      ...answering(rest, calls),
      canOfferButtons: fitsButtons,
      about: aboutOf,
      application: Effect.map(ours, ({ id }) => id),

      communities: rest.getMyApplication().pipe(
        Effect.map(({ approximate_guild_count }) => approximate_guild_count ?? 0),
        Effect.mapError(failed)
      ),

      openDm: Effect.fnUntraced(function* (userId: UserId) {
        yield* refuseWhilePaused
        // Another opening may have brought the pause while this one waited.
        const opening = Effect.zipRight(
          refuseWhilePaused,
          Effect.mapError(rest.createDm({ recipient_id: userId }), failed)
        )
        const channel = yield* Effect.tapError(inTurn(openings, opening), pause)
        return (yield* decoded(OpenedChannel, channel)).id
      }),

      post: Effect.fnUntraced(function* (channelId: ChannelId, notice: Notice, nonce: string) {
        const posted = yield* rest
          .createMessage(channelId, { ...noticeMessage(notice), nonce, enforce_nonce: true })
          .pipe(Effect.mapError(failed))
        return (yield* decoded(StoredMessage, posted)).id
      }),

      findPosted: Effect.fnUntraced(function* (
        channelId: ChannelId,
        notice: Notice,
        since: Since
      ): Effect.fn.Return<Sought, MessengerError> {
        const { botUserId } = yield* ours
        const isDrawing = isDrawingOf(notice)
        const earliest = (yield* Clock.currentTimeMillis) - Duration.toMillis(since.age) - clocksDiffer
        let before: Option.Option<MessageId> = Option.none()
        for (let page = 0; page < pagesLookedAt; page++) {
          const messages = yield* pageOf(channelId, before)
          const found = messages.find(message => message.author.id === botUserId && isDrawing(message))
          if (found !== undefined) return { _tag: "Found", messageId: found.id }
          const oldest = messages.at(-1)
          // Without the permission to read a channel's history, Discord returns an empty one.
          if (oldest === undefined && page === 0)
            return { _tag: (yield* isQuietSince(channelId, since.interaction)) ? "Absent" : "Unsure" }
          if (
            oldest === undefined ||
            messages.length < messagesOfPage ||
            DateTime.toEpochMillis(madeAt(oldest.id)) < earliest
          )
            break
          before = Option.some(oldest.id)
        }
        return { _tag: "Absent" }
      }),

      edit: Effect.fnUntraced(function* (channelId: ChannelId, messageId: MessageId, notice: Notice) {
        yield* rest.updateMessage(channelId, messageId, noticeMessage(notice)).pipe(Effect.mapError(failed))
      }),

      editAnswer: Effect.fnUntraced(function* (token: Redacted.Redacted, notice: Notice) {
        const { id } = yield* ours
        yield* Effect.mapError(calls.edit(id, token, noticeMessage(notice)), messengerError)
      })
    }
  })
)

/** Notices have no language of their reader yet. */
const noticeMessage = (notice: Notice): Message => drawn(noticeScreen(wordsFor(Option.none()), notice))

const failed = (error: Parameters<typeof toApiError>[0]): MessengerError => messengerError(toApiError(error))

const paused = (millis: number) =>
  new MessengerError({
    reason: "OpeningPaused",
    code: 40_003,
    retryAfterMillis: Option.some(millis),
    mayHaveHappened: false
  })

/** An answer without Discord's form is not Discord's: nobody knows whether the message exists. */
const decoded = <A, I>(schema: Schema.Schema<A, I>, answer: unknown): Effect.Effect<A, MessengerError> =>
  Effect.mapError(
    Schema.decodeUnknown(schema)(answer),
    () =>
      new MessengerError({
        reason: "Unavailable",
        code: 0,
        retryAfterMillis: Option.none(),
        mayHaveHappened: true
      })
  )

const OpenedChannel = Schema.Struct({ id: ChannelId })
const StoredMessage = Schema.Struct({ id: MessageId })
const Application = Schema.Struct({ id: BotId, botUserId: Schema.String })
const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optional(Schema.NullOr(schema))

const ListedMessages = Schema.Array(
  Schema.Struct({
    id: MessageId,
    author: Schema.Struct({ id: Schema.String }),
    embeds: Schema.Array(
      Schema.Struct({
        title: optional(Schema.String),
        url: optional(Schema.String),
        footer: optional(Schema.Struct({ text: Schema.String })),
        fields: optional(Schema.Array(Schema.Struct({ name: Schema.String, value: Schema.String })))
      })
    ),
    components: Schema.optional(Schema.Unknown)
  })
)

const ChannelEnd = Schema.Struct({ type: Schema.Int, last_message_id: optional(MessageId) })
const directMessages = 1
