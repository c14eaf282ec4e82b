import { Option } from "effect"
import { InteractionId } from "../../src/domain/Ids.ts"
import type { Conclusion } from "../../src/ports/Claims.ts"
import type { Use } from "../../src/ports/UsageLog.ts"

/** The person of this interaction has their answer. */
export const answered = (id: string): Conclusion => ({
  id: InteractionId.make(id),
  isAnswered: true,
  deed: Option.none(),
  use: Option.none()
})

/** Somebody used the bot, and awaited no answer. */
export const used = (use: Use): Conclusion => ({
  id: InteractionId.make("1"),
  isAnswered: false,
  deed: Option.none(),
  use: Option.some(use)
})
