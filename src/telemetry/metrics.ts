/**
 * The metrics. An attribute's values are closed words: an id of a user, a guild or a request would make one series each.
 * The tag `unit` is not an attribute: exporters turn it into the metric's unit.
 */
import { Duration, Effect, Metric, MetricBoundaries } from "effect"
import type { NotificationKind } from "../domain/Notification.ts"
import { boundedLabel } from "./boundedLabel.ts"
import { taggedOnce } from "./taggedOnce.ts"

export type InteractionType = "command" | "autocomplete" | "button"

/** `refused`: the person can fix it, nothing is broken. `timed_out`: the budget ended before the answer came. */
type InteractionEndWord = "success" | "refused" | "failed" | "timed_out"

/** From the interaction's arrival to its last answer. */
export const interactionEnded = (ended: {
  readonly type: InteractionType
  /** The command's name; for a button its first word; one fixed word for everything that is not ours. */
  readonly command: string
  readonly outcome: InteractionEndWord
  readonly after: Duration.Duration
}): Effect.Effect<void> =>
  Effect.suspend(() =>
    Metric.update(
      interactionDuration({
        "interaction.type": ended.type,
        "command.name": ended.command,
        outcome: ended.outcome
      }),
      Duration.toSeconds(ended.after)
    )
  )

/** From the interaction's arrival to Discord having the first answer. */
export const interactionAcknowledged = (
  type: InteractionType,
  after: Duration.Duration
): Effect.Effect<void> =>
  Effect.suspend(() =>
    Metric.update(interactionAckDuration({ "interaction.type": type }), Duration.toSeconds(after))
  )

/** From the bot accepting the webhook to Discord showing the message, or the bot giving up. */
export const notificationEnded = (
  kind: NotificationKind,
  outcome: "delivered" | "dead",
  after: Duration.Duration
): Effect.Effect<void> =>
  Effect.suspend(() =>
    Metric.update(notificationDeliveryDuration({ kind, outcome }), Duration.toSeconds(after))
  )

const webhookAnswers = [
  "accepted",
  "duplicate",
  "ignored",
  "malformed",
  "unauthorized",
  "too_large",
  "unavailable"
] as const
export type WebhookAnswer = (typeof webhookAnswers)[number]

export const webhookAnswered = (outcome: WebhookAnswer): Effect.Effect<void> =>
  Effect.suspend(() => Metric.increment(webhookRequests({ outcome })))

/** `unknown`: Mochi did not say whether it created the request. */
const kudosEnds = ["created", "refused", "failed", "unknown"] as const
type KudosEnd = (typeof kudosEnds)[number]

export const kudosAsked = (outcome: KudosEnd): Effect.Effect<void> =>
  Effect.suspend(() => Metric.increment(kudosRequests({ outcome })))

/** Anybody can make a token at Mochi: a symbol longer than this, and each new one after this many, counts as `other`. */
const longestTokenLabel = 32
const mostTokenLabels = 100
const tokenLabel = boundedLabel({ longest: longestTokenLabel, most: mostTokenLabels })

/** Whole tokens of a created request. A float is exact enough here, and only here. */
export const kudosCreated = (token: string, amount: number): Effect.Effect<void> =>
  Effect.suspend(() => Metric.incrementBy(kudosVolume({ token: tokenLabel(token) }), amount))

/** A query for increases misses the first event of a series that appears with it. */
export const startAtZero: Effect.Effect<void> = Effect.suspend(() =>
  Effect.all(
    [
      Metric.set(discordTokenRejected, 0),
      ...webhookAnswers.map(outcome => Metric.incrementBy(webhookRequests({ outcome }), 0)),
      ...kudosEnds.map(outcome => Metric.incrementBy(kudosRequests({ outcome }), 0))
    ],
    { discard: true }
  )
)

const interactionDuration = taggedOnce(
  seconds(
    "discord.interaction.duration",
    [0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 5, 10, 20],
    "From an interaction's arrival to its last answer"
  ),
  "interaction.type",
  "command.name",
  "outcome"
)

const interactionAckDuration = taggedOnce(
  seconds(
    "discord.interaction.ack.duration",
    [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3],
    "From an interaction's arrival to Discord having the first answer"
  ),
  "interaction.type"
)

const notificationDeliveryDuration = taggedOnce(
  seconds(
    "notification.delivery.duration",
    [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 21_600, 86_400],
    "From a webhook's acceptance to the message being seen, or given up"
  ),
  "kind",
  "outcome"
)

const webhookRequests = taggedOnce(
  Metric.counter("webhook.requests", {
    description: "Answers to webhooks",
    incremental: true
  }),
  "outcome"
)

const kudosRequests = taggedOnce(
  Metric.counter("kudos.requests", {
    description: "Runs of /kudos by how they ended",
    incremental: true
  }),
  "outcome"
)

const kudosVolume = taggedOnce(
  Metric.counter("kudos.volume", {
    description: "Whole tokens asked for in requests that were created",
    incremental: true
  }),
  "token"
)

/** Gauges: a program sets them at intervals. */
export const notificationBacklog = Metric.gauge("notification.backlog", {
  description: "Notifications that wait for their delivery, those being tried included"
})

/** Seconds. */
export const notificationOldestAge = Metric.gauge("notification.oldest.age", {
  description: "Age of the notification that waits longest, 0 if none waits"
}).pipe(Metric.tagged("unit", "s"))

export const notificationDead = Metric.gauge("notification.dead", {
  description: "Notifications that were given up and can be replayed"
})

export const discordGuilds = Metric.gauge("discord.guilds", {
  description: "Servers that the bot is in"
})

export const usersActiveDaily = Metric.gauge("users.active.daily", {
  description: "People who used the bot within the last 24 hours"
})

/** 1 while every shard is connected, or interactions arrive over HTTP; 0 otherwise, on standby too. */
export const discordGatewayUp = Metric.gauge("discord.gateway.up", {
  description: "1 while this process holds the gateway and every shard is connected"
})

/** 1 once Discord has refused the bot token. */
export const discordTokenRejected = Metric.gauge("discord.token.rejected", {
  description: "1 once Discord has refused the bot token"
})

/** 1 while Mochi's health check answers. */
export const mochiUp = Metric.gauge("mochi.up", {
  description: "1 while Mochi's health check answers"
})

function seconds(name: string, boundaries: ReadonlyArray<number>, description: string) {
  return Metric.histogram(name, MetricBoundaries.fromIterable(boundaries), description).pipe(
    Metric.tagged("unit", "s")
  )
}
