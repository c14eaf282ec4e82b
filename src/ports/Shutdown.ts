import { Context, Schema } from "effect"
import type { Effect } from "effect"

/** A fault that neither waiting nor a retry can fix: the process ends with this message and exit code 1. */
export class FatalFault extends Schema.TaggedError<FatalFault>()("FatalFault", { reason: Schema.String }) {
  override get message(): string {
    return this.reason
  }
}

/** Lets a part of the service end all of it. */
export class Shutdown extends Context.Tag("mochi/ports/Shutdown")<
  Shutdown,
  {
    readonly fail: (reason: string) => Effect.Effect<void>
    /** Fails once a part has called `fail`. */
    readonly awaitFault: Effect.Effect<never, FatalFault>
  }
>() {}
