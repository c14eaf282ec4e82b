import { Effect, Layer } from "effect"
import { Atomic } from "../../ports/Atomic.ts"
import { Tables } from "./Tables.ts"

/** One transaction at a time. A nested one joins the outer one; if it fails, only its own changes are undone. */
export const layer: Layer.Layer<Atomic, never, Tables> = Layer.effect(
  Atomic,
  Effect.map(Tables, ({ transaction }) => ({ transaction }))
)
