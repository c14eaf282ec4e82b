import { Effect, Layer } from "effect"
import * as Rest from "../adapters/discord/Rest.ts"
import { CommandSync } from "../programs/discord/CommandSync.ts"
import { Journal } from "../services/Journal.ts"
import * as stores from "./stores.ts"

/** Commands are registered also while the database is away: then it is only not written down. */
const journal = Layer.catchAll(stores.layer, error =>
  Layer.effect(
    Journal,
    Effect.as(
      Effect.annotateLogs(Effect.logWarning("Nothing of this can be written into the audit log"), {
        detail: error.message
      }),
      Journal.make({ deed: () => Effect.void, use: () => Effect.void })
    )
  )
)

export const layer = Layer.merge(CommandSync.Default.pipe(Layer.provide(Rest.layer)), journal)
