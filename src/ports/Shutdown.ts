import { Context, Schema } from "effect"
import type { Effect } from "effect"

/** Something that no waiting and no retry mends: the process ends with this message and exit code 1. */
export class FatalFault extends Schema.TaggedError<FatalFault>()("FatalFault", { reason: Schema.String }) {
  override get message(): string {
    return this.reason
  }
}

/** The way for a part of the service to end all of it. */
export class Shutdown extends Context.Tag("mochi/ports/Shutdown")<
  Shutdown,
  {
    readonly fail: (reason: string) => Effect.Effect<void>
    /** Fails when somebody has called for the end. */
    readonly awaitFault: Effect.Effect<never, FatalFault>
  }
>() {}
