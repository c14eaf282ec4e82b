import { Effect, Layer } from "effect"
import * as Rest from "../../../adapters/discord/Rest.ts"
import { CommandSync } from "../../discord/CommandSync.ts"
import { Audit } from "../../../services/Audit.ts"
import * as stores from "./stores.ts"

/** Commands are registered also while the database is away: then it is only not written down. */
const audit = Layer.catchAll(stores.layer, error =>
  Layer.effect(
    Audit,
    Effect.as(
      Effect.annotateLogs(Effect.logWarning("Nothing of this can be written into the audit log"), {
        detail: error.message
      }),
      Audit.make({ record: () => Effect.void })
    )
  )
)

export const layer = Layer.merge(CommandSync.Default.pipe(Layer.provide(Rest.layer)), audit)
