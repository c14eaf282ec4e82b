import { Context } from "effect"
import type { Duration, Effect, Option, Redacted } from "effect"
import type { UserId, InteractionId } from "../domain/Ids.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

export interface ReceivedInteraction {
  readonly id: InteractionId
  readonly userId: UserId
  /** Answers the interaction for 15 minutes; whoever has it can. */
  readonly token: Redacted.Redacted
  /** The person's own language, for messages that come later. */
  readonly locale: Option.Option<string>
  /** Whether the person sees "is thinking" until an answer comes. */
  readonly awaitsAnswer: boolean
}

export interface AbandonedInteraction {
  readonly id: InteractionId
  readonly userId: UserId
  /** None once it has died: then the person is told in another way. */
  readonly token: Option.Option<Redacted.Redacted>
}

export interface LiveToken {
  readonly token: Redacted.Redacted
  /** Since the interaction was received. */
  readonly age: Duration.Duration
}

/** The interactions that were handled, by all replicas, and their tokens while these live. */
export class Claims extends Context.Tag("mochi/ports/Claims")<
  Claims,
  {
    /** True once for each interaction id: whoever hears false leaves it to the other. */
    readonly claim: (interaction: ReceivedInteraction) => Effect.Effect<boolean, StoreUnavailable>
    /** The person has the answer that was awaited, from who claimed it. Nothing happens once it was taken over. */
    readonly answered: (id: InteractionId) => Effect.Effect<void, StoreUnavailable>
    /** The same, from who took it over. */
    readonly answeredForAnother: (id: InteractionId) => Effect.Effect<void, StoreUnavailable>
    /**
     * Takes over the interactions of the last day whose answer is still awaited and whose process is gone for certain, each
     * by one taker only; all that this process has taken over and not yet answered.
     */
    readonly adopt: Effect.Effect<ReadonlyArray<AbandonedInteraction>, StoreUnavailable>
    /** None 15 minutes after the interaction was received. */
    readonly liveToken: (id: InteractionId) => Effect.Effect<Option.Option<LiveToken>, StoreUnavailable>
    /** Erases the tokens that died, and forgets interactions that can no longer be delivered twice. */
    readonly prune: Effect.Effect<void, StoreUnavailable>
  }
>() {}
