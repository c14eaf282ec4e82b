import { Context } from "effect"
import type { Duration, Effect, Option, Redacted } from "effect"
import type { Claim } from "../domain/Claim.ts"
import type { UserId, InteractionId } from "../domain/Ids.ts"
import type { AuditEntry } from "./AuditLog.ts"
import type { LimitedKind } from "./RateLimits.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"
import type { Use } from "./UsageLog.ts"

export interface ReceivedInteraction {
  readonly id: InteractionId
  readonly userId: UserId
  /** A bearer secret: it answers the interaction for 15 minutes. */
  readonly token: Redacted.Redacted
  /** The person's own language, for later messages. */
  readonly locale: Option.Option<string>
  /** Whether the person sees "is thinking" until an answer comes. */
  readonly awaitsAnswer: boolean
  /** The rate limit that it counts towards. */
  readonly limit: LimitedKind
}

/** How an interaction ended. */
export interface Conclusion {
  readonly id: InteractionId
  /** Whether the person has the answer that they awaited. Changes nothing once another process took the interaction over. */
  readonly isAnswered: boolean
  /** For the audit log. */
  readonly deed: Option.Option<AuditEntry>
  readonly use: Option.Option<Use>
}

export interface AbandonedInteraction {
  readonly id: InteractionId
  readonly userId: UserId
  /** None once it has expired: then the bot answers the person in another way. */
  readonly token: Option.Option<Redacted.Redacted>
}

interface LiveToken {
  readonly token: Redacted.Redacted
  /** Since the bot received the interaction. */
  readonly age: Duration.Duration
}

/** The interactions that the replicas handle, and their tokens until these expire. */
export class Claims extends Context.Tag("mochi/ports/Claims")<
  Claims,
  {
    /** Claims each interaction id once, and counts the run of its person: both or neither. */
    readonly claim: (interaction: ReceivedInteraction) => Effect.Effect<Claim, StoreUnavailable>
    /** Stores all of it or nothing. */
    readonly conclude: (conclusion: Conclusion) => Effect.Effect<void, StoreUnavailable>
    /** The process that took the interaction over has answered it. */
    readonly answeredForAnother: (id: InteractionId) => Effect.Effect<void, StoreUnavailable>
    /**
     * Takes over the interactions of the last day that still await an answer and whose process is certainly gone, each by
     * one process only. Returns all that this process has taken over and not answered yet.
     */
    readonly adopt: Effect.Effect<ReadonlyArray<AbandonedInteraction>, StoreUnavailable>
    /** None 15 minutes after the bot received the interaction. */
    readonly liveToken: (id: InteractionId) => Effect.Effect<Option.Option<LiveToken>, StoreUnavailable>
    /** Erases expired tokens, and forgets interactions that Discord can no longer deliver twice. */
    readonly prune: Effect.Effect<void, StoreUnavailable>
  }
>() {}
