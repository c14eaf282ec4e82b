import { Context, Effect, Option } from "effect"
import type { DateTime } from "effect"
import type { InteractionId } from "../domain/Ids.ts"

/** What set the work going: an interaction, when it was received; or a moment by the database's clock. */
export type Start =
  | { readonly _tag: "Interaction"; readonly id: InteractionId }
  | { readonly _tag: "Moment"; readonly at: DateTime.Utc }

/**
 * Since when the work under way knows of the people that it names. Who was erased meanwhile is not stored by it again; who
 * comes back afterwards is somebody new, whose work begins later. None: with each transaction.
 */
export class WorkStart extends Context.Reference<WorkStart>()("mochi/context/WorkStart", {
  defaultValue: (): Option.Option<Start> => Option.none()
}) {}

export const startedBy =
  (beginning: Start) =>
  <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.provideService(work, WorkStart, Option.some(beginning))
