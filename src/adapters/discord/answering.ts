/** Answers to interactions over Discord's REST interface. */
import type { DiscordREST } from "dfx/DiscordREST"
import { Duration, Effect, Option } from "effect"
import { AnswerError } from "../../ports/Messenger.ts"
import type { AnswerAddress, Messenger } from "../../ports/Messenger.ts"
import { callbackOf, ephemeral } from "./callbacks.ts"
import { drawn } from "./draw.ts"
import type { InteractionCalls } from "./InteractionCalls.ts"
import { toApiError } from "./RestErrors.ts"
import type { DiscordFailure } from "./RestErrors.ts"
import { errorType } from "./restFailure.ts"

/** Part of `Messenger`. */
export const answering = (
  rest: Effect.Effect.Success<typeof DiscordREST>,
  calls: InteractionCalls["Type"]
): Pick<Messenger["Type"], "acknowledge" | "replaceAnswer" | "addAnswer" | "postAnswer"> => {
  const botOf = ({ bot }: AnswerAddress) =>
    Option.match(bot, {
      onNone: () =>
        Effect.mapBoth(rest.getMyApplication(), { onSuccess: ({ id }) => id, onFailure: toApiError }),
      onSome: Effect.succeed<string>
    })

  return {
    acknowledge: ({ id, token }, first) =>
      Effect.mapError(calls.acknowledge(id, token, callbackOf(first)), answerError()),

    replaceAnswer: (address, screen, files) =>
      Effect.flatMap(botOf(address), bot => calls.edit(bot, address.token, drawn(screen), files)).pipe(
        Effect.mapError(answerError())
      ),

    addAnswer: (address, screen) =>
      Effect.flatMap(botOf(address), bot =>
        calls.followUp(bot, address.token, { ...drawn(screen), flags: ephemeral })
      ).pipe(Effect.mapError(answerError())),

    postAnswer: (channelId, screen, nonce, files) => {
      const post = rest.createMessage(channelId, { ...drawn(screen), nonce, enforce_nonce: true })
      return (files === undefined ? post : rest.withFiles(files)(post)).pipe(
        Effect.asVoid,
        Effect.mapError(error => answerError(unreachableCodes)(toApiError(error)))
      )
    }
  }
}

/** Unknown message, webhook or interaction, or an invalid token: the bot can no longer answer the interaction. */
const finalCodes: ReadonlySet<number> = new Set([10_008, 10_015, 10_062, 50_027])

/** Closed direct messages, no server in common, no access: the bot cannot write to this person. */
const unreachableCodes: ReadonlySet<number> = new Set([10_003, 50_001, 50_007, 50_013, 50_278])

/** Too large, empty, or invalid. */
const unfitCodes: ReadonlySet<number> = new Set([40_005, 50_006, 50_035, 50_045, 50_109])

/** Only an answer in Discord's own words is final; a proxy's is temporary. */
const answerError =
  (alsoFinal: ReadonlySet<number> = new Set()) =>
  (failure: DiscordFailure): AnswerError => {
    const said = { detail: failure.message, errorType: errorType(failure) }
    const passing = { ...said, reason: "Passing", pauseMillis: 0, code: Option.none() } as const
    if (failure._tag === "DiscordUnreachable") return new AnswerError({ ...passing, mayHaveHappened: true })
    const { code, fromDiscord, retryAfter, status } = failure
    if (retryAfter !== undefined)
      return new AnswerError({
        ...passing,
        pauseMillis: Math.ceil(Duration.toMillis(retryAfter)),
        mayHaveHappened: false
      })
    if (!fromDiscord)
      return new AnswerError({
        ...passing,
        // A proxy refuses what is too large in words of its own.
        reason: status === 413 ? "Unfit" : "Passing",
        mayHaveHappened: true
      })
    const isFinal = finalCodes.has(code) || alsoFinal.has(code)
    return new AnswerError({
      reason: isFinal ? "Final" : unfitCodes.has(code) ? "Unfit" : "Passing",
      pauseMillis: 0,
      code: Option.some(code),
      mayHaveHappened: false,
      errorType: String(code),
      detail: failure.message
    })
  }
