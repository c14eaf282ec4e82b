import type { Effect, Option } from "effect"
import type { MochiOperation } from "../../ports/MochiError.ts"
import type { Reading } from "./tryOutcome.ts"

export interface Call<A> {
  readonly operation: MochiOperation
  readonly api: "pay" | "profile"
  readonly method: "GET" | "POST"
  /** Below `/api/v1`, or below the root for a call without credentials; `{name}` stands for one of `ids`. */
  readonly path: string
  readonly ids: Readonly<Record<string, string>>
  readonly query: string
  readonly auth: "bearer" | "signed" | "none"
  /** JSON. */
  readonly body: Option.Option<string>
  /** Set on calls that change something at Mochi. */
  readonly idempotencyKey: Option.Option<string>
  /** False if a second try could do the work twice, or would come too late to be of use. */
  readonly repeatable: boolean
  /** The client asks this right before it sends each try; false withholds the try. */
  readonly mayLeave?: Effect.Effect<boolean>
  readonly reading: Reading<A>
  /** What the call's span gets to know from its answer. */
  says?(value: A): Readonly<Record<string, unknown>>
}

export interface Answer<A> {
  readonly value: A
  /** How many times the client sent the call. */
  readonly tries: number
}
