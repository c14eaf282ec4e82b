import { Layer } from "effect"
import * as OutboxPgBoss from "../../../adapters/postgres/OutboxPgBoss.ts"
import { DeadLetters } from "../../../services/DeadLetters.ts"
import * as stores from "./stores.ts"

export const layer = DeadLetters.Default.pipe(
  Layer.provide(OutboxPgBoss.layer),
  Layer.provideMerge(stores.layer)
)
