import { Effect } from "effect"
import type { DiscordError } from "../DiscordError.ts"
import { tooManyOldEdits } from "../DiscordError.ts"
import type { Message } from "../Model.ts"
import type { State } from "../State.ts"

const hour = 3_600_000

/** Edits of messages older than an hour have a limit of their own in each channel: beyond it the answer is 30046. */
export const countOldEdit = (state: State, message: Message): Effect.Effect<void, DiscordError> => {
  const now = state.clock.now()
  if (now - message.createdAt < hour) return Effect.void
  const { limit, windowMs } = state.settings.oldEdits
  const recent = state.messages
    .inChannel(message.channelId)
    .flatMap(other => other.versions.slice(1).filter(version => version.at - other.createdAt >= hour))
    .filter(version => now - version.at < windowMs)
    .map(version => version.at)
  return recent.length >= limit ? tooManyOldEdits(Math.min(...recent) + windowMs - now) : Effect.void
}
