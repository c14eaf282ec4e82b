import { Duration, Option } from "effect"
import { MessengerError } from "../../ports/Messenger.ts"
import type { ErrorSubject, MessengerErrorReason } from "../../ports/Messenger.ts"
import { isOutcomeUnknown } from "./RestErrors.ts"
import type { DiscordFailure } from "./RestErrors.ts"

/** What a failed call to Discord means for a message. */
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

/** Unknown channel, no access; a message that another user wrote. */
export const aboutOf = ({ code }: MessengerError): ErrorSubject => {
  if (code === 10_003 || code === 50_001) return "lost channel"
  return code === 50_005 ? "another bot's message" : "nothing else"
}

/**
 * Only Discord's own answer is final, with a code about the message, the person or the channel. An answer without a code is
 * a proxy's, or about the IP address; other codes are about the bot's account or are temporary, and a delivery retries
 * them for a day.
 */
const reasonOf = (failure: DiscordFailure): MessengerErrorReason => {
  if (failure._tag === "DiscordUnreachable") return "Unavailable"
  return reasons[failure.code] ?? (failure.status === 429 ? "RateLimited" : "Unavailable")
}

const meaning = (reason: MessengerErrorReason, ...codes: ReadonlyArray<number>) =>
  codes.map(code => [code, reason] as const)

/** What Discord's codes mean here: https://discord.com/developers/docs/topics/opcodes-and-status-codes. */
const reasons: Readonly<Record<number, MessengerErrorReason>> = Object.fromEntries([
  // Unknown channel, unknown message.
  ...meaning("Gone", 10003, 10008),
  ...meaning("TokenDead", 10015, 10062, 50027),
  // Slow mode; announcements; writes to a channel, to a server; edits of old messages; one of Discord's own services.
  ...meaning("RateLimited", 20016, 20022, 20028, 20029, 30046, 40062),
  ...meaning("OpeningPaused", 40003),
  // Closed direct messages, no shared server.
  ...meaning("Unreachable", 50007, 50278),
  // Unknown server, unknown user; a recipient who takes no such content, or is too young.
  ...meaning("Refused", 10004, 10013, 20009, 20024),
  // Too large; banned from the server; a forum that takes no plain message, or requires a tag.
  ...meaning("Refused", 40005, 40007, 40058, 40067),
  // No access; not in a DM; another bot's message; empty; no text channel; verification level; no permission.
  ...meaning("Refused", 50001, 50003, 50005, 50006, 50008, 50009, 50013),
  // Not in this kind of channel; not to these recipients; an invalid body; a message that cannot be changed.
  ...meaning("Refused", 50024, 50033, 50035, 50068, 50109),
  // A locked thread; the server's moderation; the filter of harmful links.
  ...meaning("Refused", 160005, 200000, 240000)
])
