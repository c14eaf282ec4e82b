import { DiscordREST } from "dfx/DiscordREST"
import type { DiscordRESTError } from "dfx/DiscordREST"
import type { CreateInteractionResponseRequest } from "dfx/types"
import { Effect, Option, Redacted } from "effect"
import type { Messenger } from "../../ports/Messenger.ts"
import type { Message } from "../../views/Message.ts"
import { Unanswered, byDm } from "./answerByDm.ts"
import { edited, failureText, pauseAsked, still, tokenLives } from "./answerEdit.ts"
import type { Address, Drawing } from "./answerEdit.ts"
import { ephemeral } from "./decode.ts"
import { persistently } from "./persistently.ts"

/** Hands Discord the first answer to an interaction; ends when Discord has it. `Unanswered` where it waits no longer. */
export type Respond = (
  callback: CreateInteractionResponseRequest
) => Effect.Effect<void, DiscordRESTError | Unanswered>

/** "… is thinking", seen by one person only. */
export const deferEphemeral: CreateInteractionResponseRequest = { type: 5, data: { flags: ephemeral } }

/** The button stays as it is for now. */
export const deferUpdate: CreateInteractionResponseRequest = { type: 6 }

/**
 * Has Discord show "is thinking". Where that may have got through although it failed, the person is told `otherwise`: the
 * work is not begun, and they would wait for ever.
 */
export const acknowledge = (respond: Respond, address: Address, otherwise: Message) =>
  Effect.tapError(respond(deferEphemeral), error =>
    error._tag === "RequestError" || error._tag === "ResponseError"
      ? Effect.ignore(edited(address, still(otherwise), Effect.succeed(still(otherwise))))
      : Effect.void
  )

export const ephemeralAnswer = (answer: Message): CreateInteractionResponseRequest => ({
  type: 4,
  data: { ...answer, flags: ephemeral }
})

export const choices = (
  found: ReadonlyArray<{ readonly name: string; readonly value: string }>
): CreateInteractionResponseRequest => ({ type: 8, data: { choices: found } })

/** What an answer to a person needs. */
export type Answering = DiscordREST | Messenger

/**
 * Gives the answer that the person waits for, while the interaction's token lives; then by direct message. Fails only
 * where neither can be done.
 */
export const editAnswer = (address: Address, answer: Message) => editDrawnAnswer(address, still(answer))

/** As `editAnswer`, with a file. */
export const editAnswerWithFile = (address: Address, answer: Message, file: File) =>
  editDrawnAnswer(address, { ...still(answer), files: [file] })

/** As `editAnswer`, of something that may change meanwhile: every try but the first draws the newest state. */
export const editDrawnAnswer = <E = never, R = never>(
  address: Address,
  first: Drawing,
  newest: Effect.Effect<Drawing, E, R> = Effect.succeed(first)
): Effect.Effect<void, Unanswered, Answering | R> =>
  edited(address, first, newest).pipe(
    Effect.asVoid,
    Effect.catchTag("NotEdited", notEdited => tellLate(address, first, newest, notEdited.code))
  )

/** What an answer whose token has died would show now. */
export const tellLate = <E, R>(
  person: Pick<Address, "id" | "userId">,
  otherwise: Drawing,
  newest: Effect.Effect<Drawing, E, R>,
  refusedWith: Option.Option<number> = Option.none()
): Effect.Effect<void, Unanswered, Answering | R> =>
  Effect.flatMap(
    Effect.orElseSucceed(newest, () => otherwise),
    drawing => byDm(person, drawing, refusedWith)
  )

/** A further message that only the person sees. It may come twice where Discord failed at first. */
export const followUp = Effect.fn("answers.followUp")(
  function* ({ botId, token }: Address, answer: Message) {
    const rest = yield* DiscordREST
    const id = botId ?? (yield* rest.getMyApplication()).id
    yield* rest.executeWebhook(id, Redacted.value(token), { payload: { ...answer, flags: ephemeral } })
  },
  persistently(pauseAsked, tokenLives),
  Effect.mapError(error => new Unanswered({ reason: failureText(error) }))
)
