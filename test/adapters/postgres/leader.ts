import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Layer, Redacted } from "effect"
import * as Database from "../../../src/adapters/postgres/Database.ts"
import * as LeadershipSql from "../../../src/adapters/postgres/LeadershipSql.ts"
import { Leadership } from "../../../src/ports/Leadership.ts"

/** Leads the gateway on the given database until it is told to end; prints its process id once it leads. */
const program = Effect.gen(function* () {
  const { processId, whileLeading } = yield* Leadership
  yield* whileLeading("gateway", Effect.zipRight(Console.log(processId), Effect.never))
})

const database = Layer.scopedContext(Database.connect(Redacted.make(process.argv[2] ?? "")))

program.pipe(Effect.provide(LeadershipSql.layer.pipe(Layer.provide(database))), NodeRuntime.runMain)
