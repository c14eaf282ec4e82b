import { Context, Effect, Option } from "effect"
import type { DateTime } from "effect"
import type { InteractionId } from "../domain/Ids.ts"

/** What set the work going: an interaction, when it was received; or a moment by the database's clock. */
export type Beginning =
  | { readonly _tag: "Interaction"; readonly id: InteractionId }
  | { readonly _tag: "Moment"; readonly at: DateTime.Utc }

/**
 * Since when the work under way knows of the people that it names. Who was erased meanwhile is not stored by it again; who
 * comes back afterwards is somebody new, whose work begins later. None: with each transaction.
 */
export class BegunBy extends Context.Reference<BegunBy>()("mochi/ports/BegunBy", {
  defaultValue: (): Option.Option<Beginning> => Option.none()
}) {}

export const begunBy =
  (beginning: Beginning) =>
  <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.provideService(work, BegunBy, Option.some(beginning))
