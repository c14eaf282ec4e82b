import { Duration, Effect, Option } from "effect"
import type { Context } from "effect"
import type { InteractionId, UserId } from "../../domain/Ids.ts"
import type { AnswerError, Messenger, MessengerError } from "../../ports/Messenger.ts"
import { Unanswered } from "../features/Conversation.ts"
import type { Drawing } from "../features/Conversation.ts"
import { requestedPause } from "./editing.ts"
import { persistently } from "./persistently.ts"

/** Discord may refuse to open direct messages for a while; after this time nobody waits for the answer. */
const opensWithin = Duration.minutes(15)

/** Discord remembers a nonce for a few minutes: within this time a message that is sent again is the same message. */
const nonceHolds = Duration.minutes(1)

/** Sends what the answer would have shown as a direct message. `refusedWith`: the code by which Discord refused the answer. */
export const byDirectMessage = Effect.fnUntraced(
  function* (
    messenger: Context.Tag.Service<Messenger>,
    person: { readonly id: InteractionId; readonly userId: UserId; readonly files?: ReadonlyArray<File> },
    { screen, shows }: Drawing,
    refusedWith: Option.Option<number>
  ) {
    const channelId = yield* persistently(openingPause, opensWithin)(messenger.openDm(person.userId))
    // "It may exist" and "it exists" are two messages about a request.
    const nonce = `${shows === "" ? "a" : "b"}${person.id}`
    yield* persistently(
      requestedPause,
      nonceHolds
    )(messenger.postAnswer(channelId, screen, nonce, person.files))
    yield* Effect.annotateLogs(Effect.logWarning("An answer went out as a direct message"), {
      interaction: person.id,
      ...Option.match(refusedWith, { onNone: () => ({}), onSome: code => ({ refused_with: code }) })
    })
  },
  Effect.mapError(error => new Unanswered({ reason: reasonOf(error) }))
)

const openingPause = ({ reason, retryAfterMillis }: MessengerError): Option.Option<Duration.Duration> => {
  switch (reason) {
    case "OpeningPaused":
    case "RateLimited":
    case "Unavailable":
      return Option.some(Duration.millis(Option.getOrElse(retryAfterMillis, () => 0)))
    case "Unreachable":
    case "Gone":
    case "TokenDead":
    case "Refused":
      return Option.none()
  }
}

const reasonOf = (error: MessengerError | AnswerError): string =>
  error._tag === "MessengerError"
    ? `no direct message can be opened (Discord ${error.code}: ${error.reason})`
    : error.detail
