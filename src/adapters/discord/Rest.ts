import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { DiscordFormData, DiscordREST } from "dfx/DiscordREST"
import * as Discord from "dfx/types"
import { Effect, Layer, Metric, Option, Runtime } from "effect"
import { Settings } from "../../config/Settings.ts"
import * as Token from "./BotToken.ts"
import {
  DiscordUnreachable,
  isDiscordsWord,
  isOutcomeUnknown,
  refusesToken,
  toApiError
} from "./RestErrors.ts"
import { mayRetry, type Plan, planFor, retrySchedule } from "./RestPlan.ts"
import * as RestTransport from "./RestTransport.ts"
import { routeTemplate } from "./restRoute.ts"

/** By Discord's `scope`. */
export const rateLimitHits = Metric.counter("discord.rate_limit.hits", {
  description: "Answers of 429 from Discord, waited out or not",
  incremental: true
})

const rest = Layer.scoped(
  DiscordREST,
  Effect.gen(function* () {
    const { discord } = yield* Settings
    const send = yield* RestTransport.make(discord)
    const token = yield* Token.BotToken
    // Starts the series at 0, so that the first hit counts as an increase.
    for (const scope of ["user", "global", "shared"] as const)
      yield* Metric.incrementBy(Metric.tagged(rateLimitHits, "scope", scope), 0)
    const execute = perform(send, token)
    const client = HttpClient.makeWith<never, never, HttpClientError.HttpClientError, never>(
      request => Effect.flatMap(request, execute),
      Effect.succeed
    )
    return DiscordREST.of({
      ...Discord.make(client),
      withFormData: form => Effect.provideService(DiscordFormData, form),
      withFiles: files => effect =>
        Effect.suspend(() => {
          const form = new FormData()
          files.forEach((file, index) => {
            form.append(`files[${index}]`, file)
          })
          return Effect.provideService(effect, DiscordFormData, form)
        })
    })
  })
)

/** Discord's REST interface. After one 401 the bot sends no more calls of its own. */
export const layer: Layer.Layer<DiscordREST | Token.BotToken, never, Settings> = Layer.provideMerge(
  rest,
  Token.layer
)

type Execute = (
  request: HttpClientRequest.HttpClientRequest
) => Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>

const perform = (send: RestTransport.Send, token: Token.BotToken["Type"]): Execute =>
  Effect.fnUntraced(function* (request) {
    const { method } = request
    const path = asPath(request.url)
    const route = routeTemplate(path)
    // Errors, logs and spans get this request: the real one has tokens in its path and its headers.
    const safe = HttpClientRequest.make(method)(route)
    const json = textOf(request)
    const plan = planFor(method, path, json)
    if (plan.lane === "bot" && (yield* token.isRejected)) return refused(safe)

    const runtime = yield* Effect.runtime()
    const form = yield* Effect.serviceOption(DiscordFormData)
    let sent = false
    const call: RestTransport.Call = {
      lane: plan.lane,
      method,
      path,
      route,
      query: new URLSearchParams(request.urlParams.map(([name, value]) => [name, value])),
      ...bodyOf(form, json),
      waitsForLimits: plan.waitsForLimits,
      onSend: () => {
        sent = true
      },
      onRateLimit: scope => Runtime.runFork(runtime)(rateLimitHit(scope, route))
    }
    const failure = (unreachable: DiscordUnreachable) =>
      new HttpClientError.RequestError({ request: safe, reason: "Transport", cause: unreachable })

    const once = send(call).pipe(
      Effect.map(response => HttpClientResponse.fromWeb(safe, response)),
      Effect.mapError(error =>
        error._tag === "ForeignAnswer" ? foreign(safe, error.status) : failure(error)
      )
    )
    return yield* repeated(once, plan, acknowledged(plan, request, safe)).pipe(
      Effect.timeoutFail({
        duration: plan.deadline,
        onTimeout: () =>
          failure(new DiscordUnreachable({ reason: "timeout", method, route, maybeSent: sent }))
      }),
      Effect.tap(response =>
        plan.lane === "bot" && response.status === 401 ? rejectedBy(response, token) : Effect.void
      ),
      Effect.tap(response =>
        Effect.annotateCurrentSpan({
          "http.response.status_code": response.status,
          ...(response.status >= 400 ? { "error.type": String(response.status) } : {})
        })
      ),
      Effect.tapError(error => Effect.annotateCurrentSpan("error.type", errorType(error))),
      Effect.withSpan("discord.rest", {
        kind: "client",
        attributes: { "http.request.method": method, "http.route": route }
      })
    )
  })

const repeated = (
  once: Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>,
  plan: Plan,
  onDuplicate: Option.Option<HttpClientResponse.HttpClientResponse>
) =>
  Effect.suspend(() => {
    let lost = false
    return once.pipe(
      Effect.tapError(error =>
        Effect.sync(() => {
          lost ||= isOutcomeUnknown(toApiError(error))
        })
      ),
      Effect.flatMap(response =>
        lost && response.status === 400 && Option.isSome(onDuplicate)
          ? Effect.map(alreadyAcknowledged(response), yes => (yes ? onDuplicate.value : response))
          : Effect.succeed(response)
      ),
      Effect.retry({
        schedule: retrySchedule(plan),
        while: error => mayRetry(plan, toApiError(error))
      })
    )
  })

/**
 * Discord refuses the retry of a callback whose answer got lost with 40060: the first try arrived. If the caller asked for
 * the message that the callback created, we have none to return, and the refusal stands.
 */
const acknowledged = (plan: Plan, request: HttpClientRequest.HttpClientRequest, safe: typeof request) =>
  plan.lane === "callback" &&
  !request.urlParams.some(([name, value]) => name === "with_response" && value === "true")
    ? Option.some(HttpClientResponse.fromWeb(safe, new Response(null, { status: 204 })))
    : Option.none()

const alreadyAcknowledged = (response: HttpClientResponse.HttpClientResponse) =>
  response.json.pipe(
    Effect.map(body => typeof body === "object" && body !== null && "code" in body && body.code === 40060),
    Effect.orElseSucceed(() => false)
  )

/** The bot sends no more calls of its own once Discord itself has refused the token. */
const rejectedBy = (response: HttpClientResponse.HttpClientResponse, token: Token.BotToken["Type"]) =>
  response.json.pipe(
    Effect.orElseSucceed(() => undefined),
    Effect.flatMap(body => (isDiscordsWord(body) && refusesToken(body.code) ? token.reject : Effect.void))
  )

const foreign = (safe: HttpClientRequest.HttpClientRequest, status: number) =>
  new HttpClientError.ResponseError({
    request: safe,
    response: HttpClientResponse.fromWeb(safe, new Response(null, { status })),
    reason: "StatusCode"
  })

const rateLimitHit = (scope: RestTransport.RateLimitScope, route: string) =>
  Effect.logWarning("rate_limit_hit").pipe(
    Effect.annotateLogs({ scope, route }),
    Effect.zipRight(Metric.increment(Metric.tagged(rateLimitHits, "scope", scope)))
  )

const refused = (safe: HttpClientRequest.HttpClientRequest) =>
  HttpClientResponse.fromWeb(safe, Response.json({ code: 0, message: "401: Unauthorized" }, { status: 401 }))

const errorType = (error: HttpClientError.HttpClientError): string => {
  const failure = toApiError(error)
  return failure._tag === "DiscordApiError" ? String(failure.status) : failure.reason
}

const asPath = (url: string): `/${string}` => `/${url.replace(/^\/+/, "")}`

const textOf = ({ body }: HttpClientRequest.HttpClientRequest): Option.Option<string> =>
  body._tag === "Uint8Array" ? Option.some(new TextDecoder().decode(body.body)) : Option.none()

const bodyOf = (
  form: Option.Option<FormData>,
  json: Option.Option<string>
): Pick<RestTransport.Call, "body" | "contentType"> => {
  if (Option.isSome(form)) {
    const whole = new FormData()
    for (const [name, value] of form.value) whole.append(name, value)
    if (Option.isSome(json)) whole.append("payload_json", json.value)
    return { body: whole, contentType: undefined }
  }
  return Option.isSome(json)
    ? { body: json.value, contentType: "application/json" }
    : { body: undefined, contentType: undefined }
}
