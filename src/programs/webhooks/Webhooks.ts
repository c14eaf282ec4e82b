import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Clock, Duration, Effect, Either, Option } from "effect"
import { webhookAnswered } from "../../telemetry/metrics.ts"
import type { WebhookAnswer } from "../../telemetry/metrics.ts"
import { WebhookSignatures } from "../../ports/Signatures.ts"
import { inSpanSince, linkToKudos, requestAttributes } from "../../telemetry/spans.ts"
import { parseTraceparent } from "../../telemetry/traceContext.ts"
import { Intake } from "../../services/Intake.ts"
import { mount } from "../http/Endpoint.ts"
import type { Endpoint } from "../http/Endpoint.ts"
import { longestBody, readBody } from "../http/httpBody.ts"
import { decodeEvent } from "../../adapters/mochi/webhookEvent.ts"

/** With the wait for a turn. Mochi waits 15 seconds or more, and then tries again. */
const answeredWithin = Duration.seconds(13)

/** Seconds after which Mochi may try again. */
const retryAfter = "30"

export const endpoint: Endpoint = { path: "/webhooks/mochi", methods: ["POST"] }

/** Mochi's webhooks: the service decodes none before it has verified the signature, and accepts none before it is stored. */
export const layer = mount(
  endpoint,
  Effect.gen(function* () {
    const signatures = yield* WebhookSignatures
    const intake = yield* Intake

    const accepted = (id: string, body: Uint8Array) =>
      Effect.gen(function* () {
        const event = decodeEvent(body)
        if (Either.isLeft(event)) {
          const { field, problem } = event.left
          return yield* rejected("malformed", 400, { error: `${field} ${problem}`, field })
        }
        if (Option.isNone(event.right)) return yield* answered("ignored", id)
        const { report, unreadable } = event.right.value
        yield* Effect.annotateCurrentSpan(requestAttributes(report.key))
        if (unreadable.length > 0)
          yield* Effect.annotateLogs(
            Effect.logWarning("Fields of a webhook do not decode and count as absent"),
            {
              fields: unreadable
            }
          )
        const result = yield* intake
          .accept(id, report)
          .pipe(Effect.interruptible, Effect.timeout(answeredWithin))
        if (result._tag === "Duplicate") return yield* answered("duplicate", id)
        yield* linkToKudos(Option.flatMap(result.request, ({ origin }) => origin))
        return yield* answered("accepted", id)
      })

    /** What Mochi signed. This is not traced: until it is verified, the headers may name anybody's trace. */
    const genuine = ({ headers }: HttpServerRequest.HttpServerRequest, read: ReturnType<typeof readBody>) =>
      Effect.gen(function* () {
        yield* signatures.inspect(headers)
        const body = yield* read
        return { id: yield* signatures.verify({ headers, body }), body }
      }).pipe(Effect.withTracerEnabled(false), Effect.either)

    const answer = (received: Effect.Effect.Success<ReturnType<typeof genuine>>) =>
      received.pipe(
        Effect.flatMap(({ body, id }) => accepted(id, body)),
        Effect.catchTags({
          BodyTooLarge: () => rejected("too_large", 413, { error: `the body is over ${longestBody} bytes` }),
          TooManyBodies: () => unavailable("too much is being read"),
          SignatureRefused: ({ reason }) =>
            Effect.zipRight(
              Effect.annotateCurrentSpan({ "error.type": reason }),
              rejected("unauthorized", 401, {
                error: "the signature or its timestamp is missing, wrong or stale"
              })
            ),
          RequestError: () =>
            rejected("malformed", 400, { error: "the body could not be read", field: "body" }),
          TimeoutException: () => unavailable("the store does not answer"),
          BacklogFull: () => unavailable("too much is waiting to be delivered"),
          StoreUnavailable: error =>
            Effect.zipRight(
              Effect.logError("A webhook could not be stored", error),
              unavailable("the store is not writable")
            )
        })
      )

    return Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const startedAt = yield* Clock.currentTimeNanos
      const received = yield* genuine(request, readBody(request))
      // A stranger's header could put the span into anybody's trace.
      const traceparent = Either.isRight(received) ? request.headers["traceparent"] : undefined
      const parent = Option.flatMap(Option.fromNullable(traceparent), parseTraceparent)
      return yield* answer(received).pipe(
        inSpanSince("webhook.receive", { startedAt, parent, kind: "server" })
      )
    })
  })
)

const counted = (outcome: WebhookAnswer) =>
  Effect.zipRight(webhookAnswered(outcome), Effect.annotateCurrentSpan({ outcome }))

const answered = (status: "accepted" | "duplicate" | "ignored", id: string) =>
  counted(status).pipe(
    Effect.zipRight(Effect.annotateLogs(Effect.logInfo("webhook_accepted"), { status })),
    Effect.as(HttpServerResponse.unsafeJson({ status, id }, { status: 202 }))
  )

const rejected = (outcome: WebhookAnswer, status: number, answer: { error: string; field?: string }) =>
  counted(outcome).pipe(
    Effect.zipRight(Effect.annotateLogs(Effect.logWarning("webhook_rejected"), { outcome, status })),
    Effect.as(HttpServerResponse.unsafeJson(answer, { status }))
  )

const unavailable = (error: string) =>
  Effect.map(rejected("unavailable", 503, { error }), HttpServerResponse.setHeader("retry-after", retryAfter))
