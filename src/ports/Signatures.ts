import { Context, Schema } from "effect"
import type { Effect } from "effect"

/** The signature or its timestamp is missing, wrong or stale. The log says which; the sender does not learn it. */
export class SignatureRefused extends Schema.TaggedError<SignatureRefused>()("SignatureRefused", {
  reason: Schema.Literal("malformed", "stale", "mismatch")
}) {}

/** By lower-case name. */
export type Headers = Readonly<Record<string, string | undefined>>

/** Headers, and the bytes as received. */
export interface SignedBytes {
  readonly headers: Headers
  readonly body: Uint8Array
}

/** Whether Mochi sent a webhook; `verify` returns the webhook's signed id. */
export class WebhookSignatures extends Context.Tag("mochi/ports/WebhookSignatures")<
  WebhookSignatures,
  {
    /** Refuses headers that no body can make right, so that nobody has to read the body. */
    readonly inspect: (headers: Headers) => Effect.Effect<void, SignatureRefused>
    readonly verify: (signed: SignedBytes) => Effect.Effect<string, SignatureRefused>
  }
>() {}

/** Whether Discord sent an interaction. */
export class InteractionSignatures extends Context.Tag("mochi/ports/InteractionSignatures")<
  InteractionSignatures,
  {
    /** Refuses headers that no body can make right, so that nobody has to read the body. */
    readonly inspect: (headers: Headers) => Effect.Effect<void, SignatureRefused>
    readonly verify: (signed: SignedBytes) => Effect.Effect<void, SignatureRefused>
  }
>() {}
