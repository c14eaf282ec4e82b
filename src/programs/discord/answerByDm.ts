import { DiscordREST } from "dfx/DiscordREST"
import type { DiscordRESTError } from "dfx/DiscordREST"
import { Data, Duration, Effect, Option } from "effect"
import { Messenger } from "../../ports/Messenger.ts"
import type { MessengerError } from "../../ports/Messenger.ts"
import { failureText, pauseAsked } from "./answerEdit.ts"
import type { Address, Drawing } from "./answerEdit.ts"
import { persistently } from "./persistently.ts"

/** The person could not be told what came of it, in no way. */
export class Unanswered extends Data.TaggedError("Unanswered")<{ readonly reason: string }> {}

/** Discord may have direct messages opened later; the person has waited long by then. */
const opensWithin = Duration.minutes(15)

/** Discord knows a nonce for a few minutes: within this time a message that is sent again is the same message. */
const nonceHolds = Duration.minutes(1)

/** What the answer would have shown, as a direct message. */
export const byDm = Effect.fn("answers.byDm")(
  function* (
    { id, userId }: Pick<Address, "id" | "userId">,
    { files, message, shows }: Drawing,
    refusedWith: Option.Option<number>
  ) {
    const rest = yield* DiscordREST
    const messenger = yield* Messenger
    const channelId = yield* persistently(openingPause, opensWithin)(messenger.openDm(userId))
    // That a request may exist, and that it does, are two messages.
    const nonce = `${shows === "" ? "a" : "b"}${id}`
    const post = rest.createMessage(channelId, { ...message, nonce, enforce_nonce: true })
    yield* persistently(pauseAskedBy, nonceHolds)(files === undefined ? post : rest.withFiles(files)(post))
    yield* Effect.annotateLogs(Effect.logWarning("An answer went out as a direct message"), {
      interaction: id,
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

/** Closed direct messages, no server in common, no access: this person cannot be written to. */
const closedCodes = new Set([10_003, 50_001, 50_007, 50_013, 50_278])

const pauseAskedBy = (error: DiscordRESTError): Option.Option<Duration.Duration> =>
  error._tag === "ErrorResponse" && closedCodes.has(error.cause.code) ? Option.none() : pauseAsked(error)

const reasonOf = (error: MessengerError | DiscordRESTError): string =>
  error._tag === "MessengerError"
    ? `no direct message can be opened (Discord ${error.code}: ${error.reason})`
    : failureText(error)
