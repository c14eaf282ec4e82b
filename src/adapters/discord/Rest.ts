import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { DiscordFormData, DiscordREST } from "dfx/DiscordREST"
import * as Discord from "dfx/types"
import { Duration, Effect, Layer, Option, Runtime } from "effect"
import { Settings } from "../../config/Settings.ts"
import * as Token from "./BotToken.ts"
import * as DiscordHttp from "./DiscordHttp.ts"
import type { Answered } from "./DiscordHttp.ts"
import * as InteractionCalls from "./InteractionCalls.ts"
import { rateLimitHit, startCounting } from "./rateLimitHits.ts"
import { DiscordUnreachable, isDiscordsWord, refusesToken } from "./RestErrors.ts"
import type { DiscordFailure } from "./RestErrors.ts"
import { errorType, jsonOf } from "./restFailure.ts"
import { mayRetry, planFor, retrySchedule } from "./RestPlan.ts"
import * as RestTransport from "./RestTransport.ts"
import { callName, hasInteractionToken, routeTemplate } from "./restRoute.ts"

const rest = Layer.scoped(
  DiscordREST,
  Effect.gen(function* () {
    const { discord } = yield* Settings
    const send = yield* RestTransport.make(discord)
    const token = yield* Token.BotToken
    yield* startCounting
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

/**
 * Discord's REST interface: dfx's for the bot's own calls, and the calls of interactions. After one 401 the bot sends no
 * more calls of its own.
 */
export const layer: Layer.Layer<
  DiscordREST | Token.BotToken | InteractionCalls.InteractionCalls,
  never,
  Settings
> = Layer.merge(Layer.provideMerge(rest, Token.layer), InteractionCalls.layer)

type Execute = (
  request: HttpClientRequest.HttpClientRequest
) => Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>

const perform = (send: RestTransport.Send, token: Token.BotToken["Type"]): Execute =>
  Effect.fnUntraced(function* (request) {
    const { method } = request
    const path = asPath(request.url)
    const route = routeTemplate(path)
    if (hasInteractionToken(path))
      return yield* Effect.dieMessage(`${method} ${route} is one of InteractionCalls`)
    // Errors, logs and spans get this request: the real one has ids in its path and the token in its headers.
    const safe = HttpClientRequest.make(method)(route)
    if (yield* token.isRejected) return refused(safe)

    const runtime = yield* Effect.runtime()
    const form = yield* Effect.serviceOption(DiscordFormData)
    const json = textOf(request)
    const plan = planFor(method, path, json)
    let sent = false
    const call: RestTransport.Call = {
      method,
      path,
      route,
      query: new URLSearchParams(request.urlParams.map(([name, value]) => [name, value])),
      body: bodyOf(form, json),
      onSend: () => {
        sent = true
      },
      onRateLimit: scope => Runtime.runFork(runtime)(rateLimitHit(scope, route))
    }
    const answer = send(call).pipe(
      Effect.retry({ schedule: retrySchedule(plan), while: failure => mayRetry(plan, failure) }),
      Effect.timeoutFail({
        duration: plan.deadline,
        onTimeout: () => new DiscordUnreachable({ reason: "timeout", method, route, maybeSent: sent })
      })
    )
    return yield* Effect.useSpan(
      callName(method, route),
      {
        kind: "client",
        captureStackTrace: false,
        attributes: { "http.request.method": method, "http.route": route }
      },
      span =>
        answer.pipe(
          Effect.tap(({ status }) => {
            span.attribute("http.response.status_code", status)
            if (status >= 400) span.attribute("error.type", String(status))
          }),
          Effect.tap(answered => rejectedBy(answered, token)),
          Effect.map(answered => responseOf(safe, answered)),
          Effect.catchAll(failure => {
            span.attribute("error.type", errorType(failure))
            return inDfxsWords(safe, failure)
          })
        )
    )
  })

/** The bot sends no more calls of its own once Discord itself has refused the token. */
const rejectedBy = (answer: Answered, token: Token.BotToken["Type"]) => {
  const word = answer.status === 401 ? jsonOf(answer) : undefined
  return isDiscordsWord(word) && refusesToken(word.code) ? token.reject : Effect.void
}

const responseOf = (safe: HttpClientRequest.HttpClientRequest, answer: Answered) =>
  HttpClientResponse.fromWeb(
    safe,
    new Response(answer.bytes.byteLength === 0 ? null : new Uint8Array(answer.bytes), {
      status: answer.status,
      headers: { "content-type": DiscordHttp.headerOf(answer, "content-type") ?? "application/json" }
    })
  )

/** dfx makes its own error of an answer, but for a status without Discord's words. */
const inDfxsWords = (
  safe: HttpClientRequest.HttpClientRequest,
  failure: DiscordFailure
): Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError> => {
  if (failure._tag === "DiscordUnreachable")
    return new HttpClientError.RequestError({ request: safe, reason: "Transport", cause: failure })
  const { retryAfter, status } = failure
  if (retryAfter === undefined)
    return new HttpClientError.ResponseError({
      request: safe,
      response: HttpClientResponse.fromWeb(safe, new Response(null, { status })),
      reason: "StatusCode"
    })
  const body = { message: "rate limited", retry_after: Duration.toSeconds(retryAfter), global: false }
  return Effect.succeed(HttpClientResponse.fromWeb(safe, Response.json(body, { status })))
}

const refused = (safe: HttpClientRequest.HttpClientRequest) =>
  HttpClientResponse.fromWeb(safe, Response.json({ code: 0, message: "401: Unauthorized" }, { status: 401 }))

const asPath = (url: string): `/${string}` => `/${url.replace(/^\/+/, "")}`

const textOf = ({ body }: HttpClientRequest.HttpClientRequest): Option.Option<string> =>
  body._tag === "Uint8Array" ? Option.some(new TextDecoder().decode(body.body)) : Option.none()

const bodyOf = (form: Option.Option<FormData>, json: Option.Option<string>): RestTransport.Call["body"] =>
  Option.match(form, {
    onNone: () => Option.getOrUndefined(json),
    onSome: parts => DiscordHttp.formOf(Option.getOrUndefined(json), parts)
  })
