import { Context, Effect, Option } from "effect"
import type { DateTime } from "effect"
import type { InteractionId } from "../domain/Ids.ts"

/** When the work started: when the bot received an interaction, or at a moment by the database's clock. */
export type Start =
  | { readonly _tag: "Interaction"; readonly id: InteractionId }
  | { readonly _tag: "Moment"; readonly at: DateTime.Utc }

/**
 * The start of the current work. The work does not store a person again who was erased after it; a person who comes back
 * later is a new person, whose work starts later. None: each transaction counts as work that starts with it.
 */
export class WorkStart extends Context.Reference<WorkStart>()("mochi/context/WorkStart", {
  defaultValue: (): Option.Option<Start> => Option.none()
}) {}

export const startedBy =
  (start: Start) =>
  <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.provideService(work, WorkStart, Option.some(start))
