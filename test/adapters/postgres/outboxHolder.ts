import { Effect, Layer, Redacted } from "effect"
import * as Database from "../../../src/adapters/postgres/Database.ts"
import * as OutboxPgBoss from "../../../src/adapters/postgres/OutboxPgBoss.ts"
import { Outbox } from "../../../src/ports/Outbox.ts"

/** A process of its own that takes one job, says so, and holds it until it is killed. */
const url = Redacted.make(process.env["HOLDER_DATABASE_URL"] ?? "")

const hold = Effect.gen(function* () {
  const outbox = yield* Outbox
  yield* outbox.take("Deliver", 1)
  process.stdout.write("taken\n")
  return yield* Effect.never
})

await Effect.runPromise(
  hold.pipe(Effect.provide(Layer.provide(OutboxPgBoss.layer, Layer.scopedContext(Database.connect(url)))))
)
