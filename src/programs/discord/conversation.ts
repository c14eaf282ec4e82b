/** The ways to answer a person who sent an interaction in Discord. */
import { Effect, Layer, Option } from "effect"
import type { Context } from "effect"
import type { InteractionId, UserId } from "../../domain/Ids.ts"
import { FirstAnswer } from "../../domain/Screen.ts"
import type { Screen } from "../../domain/Screen.ts"
import type { AnswerAddress, AnswerError } from "../../ports/Messenger.ts"
import { Messenger } from "../../ports/Messenger.ts"
import { wordsFor } from "../../words/wordsFor.ts"
import { Conversations, still, Unanswered } from "../features/Conversation.ts"
import type { Answers, Conversation, Drawing, Pressed } from "../features/Conversation.ts"
import type { Envelope } from "./decode.ts"
import { byDirectMessage } from "./directMessage.ts"
import { editAnswer, editOnce, requestedPause, tokenLives } from "./editing.ts"
import { persistently } from "./persistently.ts"

/** Bytes: in servers without boosts Discord takes 10 MiB in all. */
const largestFile = 9 * 1024 * 1024

/** Gives the first answer to an interaction; ends when Discord has it, and fails with `Unanswered` if it is too late. */
export type Respond = (first: FirstAnswer) => Effect.Effect<void, AnswerError | Unanswered>

/** A conversation with the person who sent this interaction. */
export const conversationWith = (
  messenger: Context.Tag.Service<Messenger>,
  { askedAt, channelId, communityId, locale, ...envelope }: Envelope,
  pressed: Option.Option<Pressed>,
  afterwards: Conversation["afterwards"]
): Conversation => {
  const attach = (files: ReadonlyArray<File>) => replacing(messenger, { ...envelope, files })
  return {
    id: envelope.id,
    userId: envelope.userId,
    words: wordsFor(locale),
    askedAt,
    channelId,
    communityId,
    pressed,
    afterwards,
    largestFile,
    replace: replacing(messenger, envelope),
    attach: (screen, file) => attach([file])(still(screen)),
    edit: (first, newest) => editOnce(messenger, { address: envelope }, first, newest),
    add: screen => addAnswer(messenger, envelope, screen)
  }
}

/**
 * Has Discord show "is thinking". If the call failed but may have got through, the person reads `otherwise`: the work does
 * not start, and they would wait for ever.
 */
export const think = (
  messenger: Context.Tag.Service<Messenger>,
  respond: Respond,
  address: AnswerAddress,
  otherwise: Screen
): Effect.Effect<void, AnswerError | Unanswered> =>
  Effect.tapError(respond(FirstAnswer.Thinking()), error =>
    error._tag === "AnswerError" && error.mayHaveHappened
      ? Effect.ignore(editAnswer(messenger, { address }, still(otherwise), Effect.succeed(still(otherwise))))
      : Effect.void
  )

/** Goes on with answers of another process. Their language is not stored yet: they are in the default one. */
export const layer: Layer.Layer<Conversations, never, Messenger> = Layer.effect(
  Conversations,
  Effect.map(Messenger, messenger => ({
    resume: ({ id, token, userId }): Answers => ({
      id,
      userId,
      words: wordsFor(Option.none()),
      replace: Option.match(token, {
        onNone: () => late(messenger, { id, userId }, Option.none()),
        onSome: alive => replacing(messenger, { id, userId, token: alive, bot: Option.none() })
      })
    })
  }))
)

interface Waiting {
  readonly id: InteractionId
  readonly userId: UserId
  readonly files?: ReadonlyArray<File>
}

/** Edits the answer while the interaction's token lives, and sends a direct message afterwards. */
const replacing =
  (messenger: Context.Tag.Service<Messenger>, answer: AnswerAddress & Waiting): Answers["replace"] =>
  <E, R>(first: Drawing, newest: Effect.Effect<Drawing, E, R> = Effect.succeed(first)) =>
    editAnswer(messenger, { ...answer, address: answer }, first, newest).pipe(
      Effect.asVoid,
      Effect.catchTag("NotEdited", ({ code }) => late(messenger, answer, code)(first, newest))
    )

/** Sends what the answer would show now, if its token were still alive. */
const late =
  (
    messenger: Context.Tag.Service<Messenger>,
    person: Waiting,
    refusedWith: Option.Option<number>
  ): Answers["replace"] =>
  <E, R>(first: Drawing, newest: Effect.Effect<Drawing, E, R> = Effect.succeed(first)) =>
    Effect.flatMap(
      Effect.orElseSucceed(newest, () => first),
      drawing => byDirectMessage(messenger, person, drawing, refusedWith)
    )

const addAnswer = (messenger: Context.Tag.Service<Messenger>, address: AnswerAddress, screen: Screen) =>
  messenger.addAnswer(address, screen).pipe(
    persistently(requestedPause, tokenLives),
    Effect.mapError(({ detail }: AnswerError) => new Unanswered({ reason: detail }))
  )
