/**
 * The calls that an interaction's own token pays for. They count to no limit of the bot, so no limiter holds them back, and
 * they are sent as they are: a person waits for each of them.
 */
import type {
  CreateInteractionResponseRequest,
  ExecuteWebhookRequest,
  IncomingWebhookUpdateRequestPartial
} from "dfx/types"
import { Context, Duration, Effect, Layer, Redacted } from "effect"
import type { Tracer } from "effect"
import { Settings } from "../../config/Settings.ts"
import { monotonicMillis } from "../../context/monotonic.ts"
import * as DiscordHttp from "./DiscordHttp.ts"
import type { Answered, Exchange, Outcome } from "./DiscordHttp.ts"
import { rateLimitHit, scopeOf } from "./rateLimitHits.ts"
import { DiscordUnreachable, isOutcomeUnknown } from "./RestErrors.ts"
import type { DiscordFailure } from "./RestErrors.ts"
import { errorType, failureOf } from "./restFailure.ts"
import { mayRetry, plans, retryPause } from "./RestPlan.ts"
import type { Plan } from "./RestPlan.ts"

type Sent = Effect.Effect<void, DiscordFailure>

export class InteractionCalls extends Context.Tag("mochi/adapters/discord/InteractionCalls")<
  InteractionCalls,
  {
    /** The first answer. Ends well too if Discord got it by a try whose answer was lost. */
    readonly acknowledge: (
      interaction: string,
      token: Redacted.Redacted,
      first: CreateInteractionResponseRequest
    ) => Sent
    /** Replaces the first answer; `bot` is the application's id. */
    readonly edit: (
      bot: string,
      token: Redacted.Redacted,
      message: IncomingWebhookUpdateRequestPartial,
      files?: ReadonlyArray<File>
    ) => Sent
    readonly followUp: (bot: string, token: Redacted.Redacted, message: ExecuteWebhookRequest) => Sent
  }
>() {}

export const layer: Layer.Layer<InteractionCalls, never, Settings> = Layer.scoped(
  InteractionCalls,
  Effect.gen(function* () {
    const { discord } = yield* Settings
    const callbacks = yield* DiscordHttp.open(discord.apiBaseUrl)
    const answers = yield* DiscordHttp.open(discord.apiBaseUrl)
    return {
      acknowledge: (interaction, token, first) =>
        performed(callbacks, {
          ...kinds.acknowledge,
          path: `/interactions/${interaction}/${Redacted.value(token)}/callback`,
          body: JSON.stringify(first)
        }),
      edit: (bot, token, message, files) =>
        performed(answers, {
          ...kinds.edit,
          path: `/webhooks/${bot}/${Redacted.value(token)}/messages/@original`,
          body: files === undefined ? JSON.stringify(message) : formOf(message, files)
        }),
      followUp: (bot, token, message) =>
        performed(answers, {
          ...kinds.followUp,
          path: `/webhooks/${bot}/${Redacted.value(token)}`,
          body: JSON.stringify(message)
        })
    }
  })
)

interface Kind {
  /** Of its span. */
  readonly name: string
  readonly method: string
  /** The path as spans and errors may show it. */
  readonly route: string
  readonly plan: Plan
}

const kinds = {
  acknowledge: {
    name: "discord acknowledge",
    method: "POST",
    route: "/interactions/{id}/{token}/callback",
    plan: plans.acknowledge
  },
  edit: {
    name: "discord edit answer",
    method: "PATCH",
    route: "/webhooks/{id}/{token}/messages/@original",
    plan: plans.edit
  },
  followUp: {
    name: "discord follow up",
    method: "POST",
    route: "/webhooks/{id}/{token}",
    plan: plans.followUp
  }
} satisfies Record<string, Kind>

interface Call extends Kind, Pick<DiscordHttp.Request, "path" | "body"> {}

interface Progress {
  /** By the monotonic clock. */
  readonly until: number
  readonly retries: number
  /** Whether a try may have arrived although it failed. */
  readonly isInDoubt: boolean
}

const performed = (exchange: Exchange, call: Call): Sent => {
  const { method, name, plan, route } = call
  const attributes = { "http.request.method": method, "http.route": route }
  return Effect.useSpan(name, { kind: "client", captureStackTrace: false, attributes }, span =>
    Effect.flatMap(monotonicMillis, now => {
      const until = now + Duration.toMillis(plan.deadline)
      return tried(exchange, call, span, { until, retries: 0, isInDoubt: false })
    })
  )
}

const tried = (exchange: Exchange, call: Call, span: Tracer.Span, progress: Progress): Sent =>
  Effect.flatMap(monotonicMillis, now =>
    Effect.flatMap(exchanged(exchange, call, progress.until - now), outcome => {
      if (outcome._tag === "Answered") {
        span.attribute("http.response.status_code", outcome.status)
        if (outcome.status < 300) return isCredible(outcome) ? Effect.void : unreadable(call)
      }
      const failure = failureOf(call, outcome)
      if (progress.isInDoubt && isAlreadyAcknowledged(call, failure)) return Effect.void
      return Effect.zipRight(counted(call, outcome), tryAgain(exchange, call, span, progress, failure))
    })
  )

/** Another try after a pause, if the plan has one left that ends within its time; else the failure. */
const tryAgain = (
  exchange: Exchange,
  call: Call,
  span: Tracer.Span,
  progress: Progress,
  failure: DiscordFailure
): Sent =>
  Effect.flatMap(monotonicMillis, now => {
    const { isInDoubt, retries, until } = progress
    const { plan } = call
    const limited =
      failure._tag === "DiscordApiError" && failure.retryAfter !== undefined && plan.waitsForLimits
        ? Duration.toMillis(failure.retryAfter)
        : undefined
    const retry =
      retries < plan.retries && mayRetry(plan, failure) ? retryPause(plan, retries, Math.random()) : undefined
    const pause = limited ?? retry
    if (pause === undefined || now + pause >= until) {
      span.attribute("error.type", errorType(failure))
      return failure
    }
    span.attribute("http.request.resend_count", retries + 1)
    const next = {
      until,
      retries: limited === undefined ? retries + 1 : retries,
      isInDoubt: isInDoubt || isOutcomeUnknown(failure)
    }
    return Effect.zipRight(Effect.sleep(pause), tried(exchange, call, span, next))
  })

const exchanged = (exchange: Exchange, { body, method, path, plan }: Call, left: number) =>
  Effect.async<Outcome>(resume => {
    const giveUp = exchange(
      {
        method,
        path,
        body,
        authorization: undefined,
        withinMillis: Math.min(plan.tryMillis, left),
        onSend: () => {}
      },
      outcome => resume(Effect.succeed(outcome))
    )
    return Effect.sync(giveUp)
  })

const counted = ({ route }: Call, outcome: Outcome): Effect.Effect<void> =>
  outcome._tag === "Answered" && outcome.status === 429 ? rateLimitHit(scopeOf(outcome), route) : Effect.void

/** A proxy's page with 200 says nothing about the message. */
const isCredible = (answer: Answered): boolean =>
  answer.bytes.byteLength === 0 ||
  DiscordHttp.headerOf(answer, "content-type")?.startsWith("application/json") === true

const unreadable = ({ method, route }: Kind) =>
  new DiscordUnreachable({ reason: "answer", method, route, maybeSent: true })

const isAlreadyAcknowledged = ({ plan }: Kind, failure: DiscordFailure): boolean =>
  plan.lane === "callback" && failure._tag === "DiscordApiError" && failure.code === 40_060

const formOf = (message: IncomingWebhookUpdateRequestPartial, files: ReadonlyArray<File>) =>
  DiscordHttp.formOf(
    JSON.stringify(message),
    files.map((file, index) => [`files[${index}]`, file] as const)
  )
