/**
 * Edits an interaction's answer. What it shows is drawn anew for every try, and looked at again once Discord has it: an
 * edit that was slow, or had to be repeated, must not put an older state over a newer one.
 */
import { DiscordREST } from "dfx/DiscordREST"
import type { DiscordRESTError } from "dfx/DiscordREST"
import { Data, Duration, Effect, Option, Redacted } from "effect"
import type { Message } from "../../views/Message.ts"
import type { Envelope } from "./decode.ts"
import { persistently } from "./persistently.ts"

/** Where an interaction is answered once it is acknowledged, and whose it is. */
export type Address = Pick<Envelope, "id" | "botId" | "token" | "userId">

export interface Drawing {
  readonly message: Message
  /** The status that it was drawn of, "" where there is none: two drawings of the same need not both be sent. */
  readonly shows: string
  readonly files?: ReadonlyArray<File>
}

/** Of nothing that changes. */
export const still = (message: Message): Drawing => ({ message, shows: "" })

/** Discord will not take the edit any more; its own code, none where nothing but time decided. */
export class NotEdited extends Data.TaggedError("NotEdited")<{ readonly code: Option.Option<number> }> {}

/** Discord honours an interaction's token for so long. */
export const tokenLives = Duration.minutes(15)

/** A state that changes faster than it can be shown is left to the outbox. */
const mostRedrawings = 5

/** Ends with what Discord was given last. Dies where Discord refuses the body: that is a fault of ours. */
export const edited = Effect.fn("answers.edit")(function* <A extends Drawing, E, R>(
  address: Address,
  first: A,
  newest: Effect.Effect<A, E, R>
) {
  let shown = yield* put(address, first, newest)
  for (let count = 0; count < mostRedrawings; count++) {
    const now = yield* Effect.option(newest)
    if (Option.isNone(now) || now.value.shows === shown.shows) break
    const redrawn = yield* Effect.option(put(address, now.value, newest))
    if (Option.isNone(redrawn)) break
    shown = redrawn.value
  }
  return shown
})

/** The newest state cannot be read now. */
class NotDrawn extends Data.TaggedError("NotDrawn")<{}> {}

const put = <A extends Drawing, E, R>(
  address: Address,
  first: A,
  newest: Effect.Effect<A, E, R>
): Effect.Effect<A, NotEdited, DiscordREST | R> =>
  Effect.suspend(() => {
    const drawings = newestAfter(first, newest)
    return Effect.tap(drawings, drawn => Effect.tapError(send(address, drawn), reportDelay)).pipe(
      persistently<DiscordRESTError | NotDrawn>(
        error => (error._tag === "NotDrawn" ? Option.some(Duration.zero) : pauseAsked(error)),
        tokenLives
      )
    )
  }).pipe(
    Effect.catchAll(error =>
      isUnfit(error)
        ? Effect.dieMessage("Discord refuses the body of an answer")
        : new NotEdited({ code: codeOf(error) })
    )
  )

/** The first drawing once, and from then on the newest. */
const newestAfter = <A, E, R>(first: A, newest: Effect.Effect<A, E, R>): Effect.Effect<A, NotDrawn, R> => {
  let isFirst = true
  return Effect.suspend(() => {
    if (!isFirst) return Effect.mapError(newest, () => new NotDrawn())
    isFirst = false
    return Effect.succeed(first)
  })
}

const send = Effect.fnUntraced(function* ({ botId, token }: Address, { files, message }: Drawing) {
  const rest = yield* DiscordREST
  const id = botId ?? (yield* rest.getMyApplication()).id
  const edit = rest.updateOriginalWebhookMessage(id, Redacted.value(token), { payload: message })
  yield* files === undefined ? edit : rest.withFiles(files)(edit)
})

const reportDelay = (error: DiscordRESTError) =>
  Effect.annotateLogs(Effect.logWarning("An answer was not taken by Discord"), { reason: failureText(error) })

/** How long to wait before another try; none where Discord has said in its own words that there is no use in one. */
export const pauseAsked = (error: DiscordRESTError): Option.Option<Duration.Duration> => {
  switch (error._tag) {
    case "ErrorResponse":
      return finalCodes.has(error.cause.code) || isUnfit(error) ? Option.none() : Option.some(Duration.zero)
    case "RatelimitedResponse":
      return Option.some(Duration.millis(Math.ceil(error.cause.retry_after * 1000)))
    case "ResponseError":
      return isUnfit(error) ? Option.none() : Option.some(Duration.zero)
    case "RequestError":
      return Option.some(Duration.zero)
  }
}

/** The message, the webhook or the interaction is unknown, or the token invalid: nothing of it can be answered again. */
const finalCodes = new Set([10_008, 10_015, 10_062, 50_027])

/** Too large, empty, or not in a form that Discord takes. */
const unfitCodes = new Set([40_005, 50_006, 50_035, 50_045, 50_109])

const isUnfit = (error: DiscordRESTError | NotDrawn): boolean =>
  (error._tag === "ErrorResponse" && unfitCodes.has(error.cause.code)) ||
  (error._tag === "ResponseError" && error.response.status === 413)

const codeOf = (error: DiscordRESTError | NotDrawn): Option.Option<number> =>
  error._tag === "ErrorResponse" ? Option.some(error.cause.code) : Option.none()

/** A sentence without a body, a token or a full path. */
export const failureText = (error: DiscordRESTError): string => {
  const call = `${error.request.method} ${error.request.url}`
  switch (error._tag) {
    case "ErrorResponse":
      return `Discord refuses ${call} with ${error.response.status} (code ${error.cause.code})`
    case "RatelimitedResponse":
      return `Discord has ${call} wait for ${error.cause.retry_after} s`
    case "ResponseError":
      return `${call} was answered with ${error.response.status}, and not in Discord's own words`
    case "RequestError":
      return `${call} got no answer from Discord`
  }
}
