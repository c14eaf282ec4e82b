/**
 * A process as the memory stores see it. Several can share the tables, each a set of layers with an id of its own; when one
 * ends, its unfinished work passes on to the others.
 */
import { Context, Effect, HashMap, HashSet, Layer } from "effect"
import type { State } from "./State.ts"
import { Tables } from "./Tables.ts"

export class Process extends Context.Tag("mochi/adapters/memory/Process")<
  Process,
  { readonly id: number }
>() {}

/** The process runs as long as the layer's scope, unless `end` comes first. */
export const layerOf = (id: number): Layer.Layer<Process, never, Tables> =>
  Layer.scoped(
    Process,
    Effect.as(
      Effect.acquireRelease(begin(id), () => end(id)),
      { id }
    )
  )

export const begin = (id: number): Effect.Effect<void, never, Tables> =>
  update(state => ({ ...state, processes: HashSet.add(state.processes, id) }))

/** Ends the process as a crash would: what it still does no longer counts, and it has lost its roles even if it begins again. */
export const end = (id: number): Effect.Effect<void, never, Tables> =>
  update(state => ({
    ...state,
    processes: HashSet.remove(state.processes, id),
    roles: HashMap.filter(state.roles, leader => leader !== id)
  }))

export const runs = (state: State, id: number): boolean => HashSet.has(state.processes, id)

const update = (step: (state: State) => State) => Effect.flatMap(Tables, tables => tables.update(step))
