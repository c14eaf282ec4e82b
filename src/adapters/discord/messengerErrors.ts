import { Duration, Option } from "effect"
import { MessengerError } from "../../ports/Messenger.ts"
import type { MessengerErrorReason } from "../../ports/Messenger.ts"
import { isOutcomeUnknown } from "./RestErrors.ts"
import type { DiscordFailure } from "./RestErrors.ts"

/** What a failed call to Discord means for the one who has a message to bring. */
export const messengerError = (failure: DiscordFailure): MessengerError =>
  new MessengerError({
    reason: reasonOf(failure),
    code: failure._tag === "DiscordApiError" ? failure.code : 0,
    retryAfterMillis:
      failure._tag === "DiscordApiError"
        ? Option.map(Option.fromNullable(failure.retryAfter), Duration.toMillis)
        : Option.none(),
    mayHaveHappened: isOutcomeUnknown(failure)
  })

const reasonOf = (failure: DiscordFailure): MessengerErrorReason => {
  if (failure._tag === "DiscordUnreachable") return "Unavailable"
  const byCode = reasons[failure.code]
  if (byCode !== undefined) return byCode
  if (failure.status === 429) return "RateLimited"
  // A refused bot token is the operator's to mend, and the process ends over it: what was to be sent waits.
  if (failure.status >= 500 || failure.status === 401) return "Unavailable"
  return failure.status === 404 ? "Gone" : "Refused"
}

/** Discord's codes, https://discord.com/developers/docs/topics/opcodes-and-status-codes. */
const reasons: Readonly<Record<number, MessengerErrorReason>> = {
  10003: "Gone",
  10008: "Gone",
  10015: "TokenDead",
  10062: "TokenDead",
  50027: "TokenDead",
  20028: "RateLimited",
  20029: "RateLimited",
  30046: "RateLimited",
  40003: "OpeningPaused",
  50007: "Unreachable",
  50278: "Unreachable",
  130000: "Unavailable"
}
