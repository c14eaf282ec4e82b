import { DateTime } from "effect"
import type { InteractionId, MessageId } from "../../domain/Ids.ts"

/** The time in each of Discord's ids, above 22 other bits. */
export const madeAt = (id: MessageId | InteractionId): DateTime.Utc =>
  DateTime.unsafeMake(Number(BigInt(id) >> 22n) + discordEpochMillis)

const discordEpochMillis = Date.UTC(2015, 0, 1)
