import { Effect, Option } from "effect"
import type { Audit } from "../../services/Audit.ts"
import type { Usage } from "../../services/Usage.ts"
import type { Errand } from "../features/Feature.ts"
import type { InteractionEnd } from "../features/InteractionEnd.ts"
import type { Envelope } from "./decode.ts"

/** The bot did nothing, and anybody could fill the log with these: only metrics count them. */
const onlyCounted: ReadonlySet<string> = new Set(["DeliveredTwice", "RateLimited", "UnknownCommand"])

/** Records what a person ran or pressed, and counts it as a use of the bot. */
export const auditing = (
  { audit, usage }: { readonly audit: Audit; readonly usage: Usage },
  { communityId, userId }: Envelope,
  { deed }: Pick<Errand, "deed">,
  end: InteractionEnd
): Effect.Effect<void> =>
  Option.isNone(deed) || (end._tag === "Refused" && onlyCounted.has(end.reason))
    ? Effect.void
    : Effect.zipRight(
        audit.record({ ...deed.value, actor: userId, outcome: outcomeText(end) }),
        usage.count({ user: userId, communityId, command: deed.value.action })
      )

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
