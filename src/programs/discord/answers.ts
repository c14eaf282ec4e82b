import { DiscordREST } from "dfx/DiscordREST"
import type { DiscordRESTError } from "dfx/DiscordREST"
import type { CreateInteractionResponseRequest } from "dfx/types"
import { Effect, Redacted } from "effect"
import type { Message } from "../../views/Message.ts"
import { ephemeral } from "./interaction.ts"
import type { Envelope } from "./interaction.ts"

/** Hands Discord the first answer to an interaction; ends when Discord has it. */
export type Respond = (callback: CreateInteractionResponseRequest) => Effect.Effect<void, DiscordRESTError>

/** "… is thinking", seen by one person only. */
export const deferEphemeral: CreateInteractionResponseRequest = { type: 5, data: { flags: ephemeral } }

/** The button stays as it is for now. */
export const deferUpdate: CreateInteractionResponseRequest = { type: 6 }

export const ephemeralAnswer = (answer: Message): CreateInteractionResponseRequest => ({
  type: 4,
  data: { ...answer, flags: ephemeral }
})

export const choices = (
  found: ReadonlyArray<{ readonly name: string; readonly value: string }>
): CreateInteractionResponseRequest => ({ type: 8, data: { choices: found } })

/** Where an interaction is answered once it is acknowledged. */
export type Address = Pick<Envelope, "botId" | "token">

/** Replaces the answer, or for a button the message that it is on. */
export const editAnswer = Effect.fn("answers.edit")(function* ({ botId, token }: Address, answer: Message) {
  const rest = yield* DiscordREST
  yield* rest.updateOriginalWebhookMessage(botId, Redacted.value(token), { payload: answer })
})

/** As `editAnswer`, with a file. */
export const editAnswerWithFile = Effect.fn("answers.editWithFile")(function* (
  { botId, token }: Address,
  answer: Message,
  file: File
) {
  const rest = yield* DiscordREST
  yield* rest
    .updateOriginalWebhookMessage(botId, Redacted.value(token), { payload: answer })
    .pipe(rest.withFiles([file]))
})

/** A further message that only the person sees. */
export const followUp = Effect.fn("answers.followUp")(function* (
  { botId, token }: Envelope,
  answer: Message
) {
  const rest = yield* DiscordREST
  yield* rest.executeWebhook(botId, Redacted.value(token), { payload: { ...answer, flags: ephemeral } })
})
