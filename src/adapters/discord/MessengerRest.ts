import { DiscordREST } from "dfx/DiscordREST"
import { Duration, Effect, Layer, Option, Predicate, RateLimiter, Redacted, Ref, Schema } from "effect"
import { ChannelId, MessageId } from "../../domain/Ids.ts"
import type { DiscordUserId } from "../../domain/Ids.ts"
import type { Notice } from "../../domain/Notice.ts"
import { Messenger, MessengerError } from "../../ports/Messenger.ts"
import { monotonicMillis } from "../../ports/monotonic.ts"
import { noticeMessage } from "../../views/notices.ts"
import * as ApplicationInfo from "./ApplicationInfo.ts"
import { messengerError } from "./messengerErrors.ts"
import { toApiError } from "./RestErrors.ts"

/** Ten a second and never eleven in any second: one, then a tenth of a second and a little. */
const openingEvery = Duration.millis(101)

/** After "opening direct messages too fast" (40003), unless Discord says otherwise. */
const openingPause = Duration.minutes(1)

/** A message looked for after a doubt is among the newest, if it is there at all. */
const messagesLookedAt = 25

/** Notices drawn and brought to Discord by its REST interface. */
export const layer: Layer.Layer<Messenger, never, DiscordREST> = Layer.scoped(
  Messenger,
  Effect.gen(function* () {
    const rest = yield* DiscordREST
    const openingLimit = yield* RateLimiter.make({ limit: 1, interval: openingEvery })
    const pausedUntil = yield* Ref.make(Number.NEGATIVE_INFINITY)
    const applicationId = yield* rememberedOnce(
      Effect.map(Effect.provideService(ApplicationInfo.read(), DiscordREST, rest), ({ id }) => id)
    )

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

    return {
      openDm: Effect.fn("Messenger.openDm")(function* (userId: DiscordUserId) {
        yield* refuseWhilePaused
        const channel = yield* rest
          .createDm({ recipient_id: userId })
          .pipe(openingLimit, Effect.mapError(failed), Effect.tapError(pause))
        return yield* decoded(ChannelId, channel.id)
      }),

      post: Effect.fn("Messenger.post")(function* (channelId: ChannelId, notice: Notice, nonce: string) {
        const posted = yield* rest
          .createMessage(channelId, { ...noticeMessage(notice), nonce, enforce_nonce: true })
          .pipe(Effect.mapError(failed))
        return yield* decoded(MessageId, posted.id)
      }),

      findPosted: Effect.fn("Messenger.findPosted")(function* (channelId: ChannelId, notice: Notice) {
        const newest = yield* rest
          .listMessages(channelId, { limit: messagesLookedAt })
          .pipe(Effect.mapError(failed))
        const wanted = likeness(noticeMessage(notice))
        const found = newest.find(message => message.author.bot === true && likeness(message) === wanted)
        return found === undefined ? Option.none() : Option.some(yield* decoded(MessageId, found.id))
      }),

      edit: Effect.fn("Messenger.edit")(function* (
        channelId: ChannelId,
        messageId: MessageId,
        notice: Notice
      ) {
        yield* rest.updateMessage(channelId, messageId, noticeMessage(notice)).pipe(Effect.mapError(failed))
      }),

      editAnswer: Effect.fn("Messenger.editAnswer")(function* (token: Redacted.Redacted, notice: Notice) {
        const application = yield* Effect.mapError(applicationId, messengerError)
        yield* rest
          .updateOriginalWebhookMessage(application, Redacted.value(token), {
            payload: noticeMessage(notice)
          })
          .pipe(Effect.mapError(failed))
      })
    }
  })
)

const failed = (error: Parameters<typeof toApiError>[0]): MessengerError => messengerError(toApiError(error))

const paused = (millis: number) =>
  new MessengerError({
    reason: "OpeningPaused",
    code: 40_003,
    retryAfterMillis: Option.some(millis),
    mayHaveHappened: false
  })

const decoded = <A>(id: Schema.Schema<A, string>, value: string): Effect.Effect<A, MessengerError> =>
  Effect.mapError(
    Schema.decode(id)(value),
    () =>
      new MessengerError({
        reason: "Refused",
        code: 0,
        retryAfterMillis: Option.none(),
        mayHaveHappened: true
      })
  )

/**
 * What is the same in every drawing of one message, whatever the status: its kind, and the request it is about. A pointer
 * says the request in its button alone.
 */
const likeness = (message: {
  readonly embeds: ReadonlyArray<{
    readonly title?: string | null | undefined
    readonly footer?: { readonly text?: string | null | undefined } | null | undefined
  }>
  readonly components?: ReadonlyArray<unknown> | undefined
  readonly content: string
}): string => {
  const [embed] = message.embeds
  return embed === undefined
    ? `content ${message.content} ${customIds(message.components).join(" ")}`
    : `${embed.title ?? ""} ${embed.footer?.text ?? ""}`
}

const customIds = (components: unknown): ReadonlyArray<string> => {
  if (Array.isArray(components)) return components.flatMap(customIds)
  if (!Predicate.isRecord(components)) return []
  const own = components["custom_id"]
  return [...(typeof own === "string" ? [own] : []), ...customIds(components["components"])]
}

/** A success is kept for ever, a failure not at all. */
const rememberedOnce = <A, E>(read: Effect.Effect<A, E>): Effect.Effect<Effect.Effect<A, E>> =>
  Effect.map(Ref.make(Option.none<A>()), known =>
    Effect.flatMap(
      Ref.get(known),
      Option.match({
        onSome: Effect.succeed,
        onNone: () => Effect.tap(read, value => Ref.set(known, Option.some(value)))
      })
    )
  )
