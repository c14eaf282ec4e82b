import { Effect, Option } from "effect"
import type { Conclusion } from "../../ports/Claims.ts"
import { currentTraceId } from "../../telemetry/traceContext.ts"
import type { Errand } from "../features/Feature.ts"
import type { InteractionEnd } from "../features/InteractionEnd.ts"
import type { Envelope } from "./decode.ts"

/** The bot did nothing, and anybody could fill the log with these: only metrics count them. */
const onlyCounted: ReadonlySet<string> = new Set(["DeliveredTwice", "RateLimited", "UnknownCommand"])

/** What is stored of an errand that ended: that its person has their answer, what they did, and that they used the bot. */
export const conclusionOf = (
  { communityId, id, userId }: Envelope,
  { deed, isRecovered }: Pick<Errand, "deed" | "isRecovered">,
  end: InteractionEnd
): Effect.Effect<Conclusion> =>
  Effect.map(currentTraceId, traceId => {
    const done = Option.filter(deed, () => !(end._tag === "Refused" && onlyCounted.has(end.reason)))
    return {
      id,
      isAnswered: isRecovered && !(end._tag === "Refused" && end.reason === "DeliveredTwice"),
      deed: Option.map(done, ({ action, request }) => ({
        actor: userId,
        action,
        request: Option.fromNullable(request),
        outcome: outcomeText(end),
        traceId
      })),
      use: Option.map(done, ({ action }) => ({ user: userId, communityId, command: action }))
    }
  })

const outcomeText = (end: InteractionEnd): string => {
  switch (end._tag) {
    case "Success":
      return "success"
    case "Refused":
      return `refused: ${end.reason}`
    case "TimedOut":
      return "failed: timeout"
    case "Failed":
      return `failed: ${end.errorType}`
  }
}
