import { Effect, Layer } from "effect"
import * as Rest from "../../../adapters/discord/Rest.ts"
import { CommandSync } from "../../discord/CommandSync.ts"
import { Audit } from "../../../services/Audit.ts"
import * as stores from "./stores.ts"

/** An operator can register commands while the database is down: then the audit log has no entry about it. */
const audit = Layer.catchAll(stores.layer, error =>
  Layer.effect(
    Audit,
    Effect.as(
      Effect.annotateLogs(Effect.logWarning("This command cannot be recorded in the audit log"), {
        detail: error.message
      }),
      Audit.make({ record: () => Effect.void })
    )
  )
)

export const layer = Layer.merge(CommandSync.Default.pipe(Layer.provide(Rest.layer)), audit)
