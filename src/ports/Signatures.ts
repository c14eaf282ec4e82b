import { Context, Schema } from "effect"
import type { Effect } from "effect"

/** The signature or its stamp is missing, wrong or stale. Which of them is for the log, not for the sender. */
export class SignatureRefused extends Schema.TaggedError<SignatureRefused>()("SignatureRefused", {
  reason: Schema.Literal("malformed", "stale", "mismatch")
}) {}

/** By their lower-case names. */
export type Headers = Readonly<Record<string, string | undefined>>

/** Headers, and the bytes as they came. */
export interface SignedBytes {
  readonly headers: Headers
  readonly body: Uint8Array
}

/** Whether Mochi sent a webhook: the id that it was signed with. */
export class WebhookSignatures extends Context.Tag("mochi/ports/WebhookSignatures")<
  WebhookSignatures,
  {
    /** Refuses what cannot be right whatever the body is, so that nobody has to read it. */
    readonly inspect: (headers: Headers) => Effect.Effect<void, SignatureRefused>
    readonly verify: (signed: SignedBytes) => Effect.Effect<string, SignatureRefused>
  }
>() {}

/** Whether Discord sent an interaction. */
export class InteractionSignatures extends Context.Tag("mochi/ports/InteractionSignatures")<
  InteractionSignatures,
  {
    /** Refuses what cannot be right whatever the body is, so that nobody has to read it. */
    readonly inspect: (headers: Headers) => Effect.Effect<void, SignatureRefused>
    readonly verify: (signed: SignedBytes) => Effect.Effect<void, SignatureRefused>
  }
>() {}
