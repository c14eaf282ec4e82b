/** Answers to interactions over Discord's REST interface, one try each: the caller decides about another. */
import type { DiscordREST, DiscordRESTError } from "dfx/DiscordREST"
import { Effect, Option, Redacted } from "effect"
import { AnswerError } from "../../ports/Messenger.ts"
import type { AnswerAddress, Messenger } from "../../ports/Messenger.ts"
import { callbackOf, ephemeral } from "./callbacks.ts"
import { drawn } from "./draw.ts"

/** Part of `Messenger`. */
export const answering = (
  rest: Effect.Effect.Success<typeof DiscordREST>
): Pick<Messenger["Type"], "acknowledge" | "replaceAnswer" | "addAnswer" | "postAnswer"> => {
  const botOf = ({ bot }: AnswerAddress) =>
    Option.match(bot, {
      onNone: () => Effect.map(rest.getMyApplication(), ({ id }) => id),
      onSome: Effect.succeed<string>
    })
  const withFiles = (files: ReadonlyArray<File> | undefined) =>
    files === undefined ? unchanged : rest.withFiles(files)

  return {
    acknowledge: ({ id, token }, first) =>
      rest.createInteractionResponse(id, Redacted.value(token), { payload: callbackOf(first) }).pipe(
        Effect.asVoid,
        Effect.mapError(error => answerError(error))
      ),

    replaceAnswer: Effect.fnUntraced(
      function* (address, screen, files) {
        const bot = yield* botOf(address)
        const edit = rest.updateOriginalWebhookMessage(bot, Redacted.value(address.token), {
          payload: drawn(screen)
        })
        yield* withFiles(files)(edit)
      },
      Effect.mapError(error => answerError(error))
    ),

    addAnswer: Effect.fnUntraced(
      function* (address, screen) {
        const bot = yield* botOf(address)
        yield* rest.executeWebhook(bot, Redacted.value(address.token), {
          payload: { ...drawn(screen), flags: ephemeral }
        })
      },
      Effect.mapError(error => answerError(error))
    ),

    postAnswer: Effect.fnUntraced(
      function* (channelId, screen, nonce, files) {
        const post = rest.createMessage(channelId, { ...drawn(screen), nonce, enforce_nonce: true })
        yield* withFiles(files)(post)
      },
      Effect.mapError(error => answerError(error, unreachableCodes))
    )
  }
}

const unchanged = <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => work

/** Unknown message, webhook or interaction, or an invalid token: the bot can no longer answer the interaction. */
const finalCodes: ReadonlySet<number> = new Set([10_008, 10_015, 10_062, 50_027])

/** Closed direct messages, no server in common, no access: the bot cannot write to this person. */
const unreachableCodes: ReadonlySet<number> = new Set([10_003, 50_001, 50_007, 50_013, 50_278])

/** Too large, empty, or invalid. */
const unfitCodes: ReadonlySet<number> = new Set([40_005, 50_006, 50_035, 50_045, 50_109])

/** Only an answer in Discord's own words is final; a proxy's is temporary. */
const answerError = (error: DiscordRESTError, alsoFinal: ReadonlySet<number> = new Set()): AnswerError => {
  const call = `${error.request.method} ${error.request.url}`
  switch (error._tag) {
    case "ErrorResponse": {
      const { code } = error.cause
      const isFinal = finalCodes.has(code) || alsoFinal.has(code)
      return new AnswerError({
        reason: isFinal ? "Final" : unfitCodes.has(code) ? "Unfit" : "Passing",
        pauseMillis: 0,
        code: Option.some(code),
        mayHaveHappened: false,
        errorType: String(code),
        detail: `Discord refuses ${call} with ${error.response.status} (code ${code})`
      })
    }
    case "RatelimitedResponse":
      return passing(error, {
        pauseMillis: Math.ceil(error.cause.retry_after * 1000),
        mayHaveHappened: false,
        detail: `Discord makes ${call} wait ${error.cause.retry_after} s`
      })
    case "ResponseError": {
      const { status } = error.response
      const detail = `${call} was answered with ${status}, and not in Discord's own words`
      const answer = passing(error, { pauseMillis: 0, mayHaveHappened: true, detail })
      return status === 413 ? new AnswerError({ ...answer, reason: "Unfit" }) : answer
    }
    case "RequestError":
      return passing(error, {
        pauseMillis: 0,
        mayHaveHappened: true,
        detail: `${call} got no answer from Discord`
      })
  }
}

const passing = (
  { _tag: errorType }: DiscordRESTError,
  rest: Pick<AnswerError, "pauseMillis" | "mayHaveHappened" | "detail">
): AnswerError => new AnswerError({ reason: "Passing", code: Option.none(), errorType, ...rest })
