import { Context } from "effect"
import type { Effect } from "effect"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** All or nothing: the database keeps everything that several ports store within one transaction, or none of it. */
export class Atomic extends Context.Tag("mochi/ports/Atomic")<
  Atomic,
  {
    readonly transaction: <A, E, R>(work: Effect.Effect<A, E, R>) => Effect.Effect<A, E | StoreUnavailable, R>
  }
>() {}
