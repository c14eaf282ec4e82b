import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Layer, Logger, Redacted } from "effect"
import * as Database from "../../../src/adapters/postgres/Database.ts"
import * as LeadershipSql from "../../../src/adapters/postgres/LeadershipSql.ts"
import * as Pulse from "../../../src/adapters/postgres/Pulse.ts"
import { Leadership } from "../../../src/ports/Leadership.ts"

/** Leads the gateway on the given database until it is told to end; says so once it leads. */
const program = Effect.gen(function* () {
  const { whileLeading } = yield* Leadership
  yield* whileLeading("gateway", Effect.zipRight(Console.log("leads"), Effect.never))
})

const database = Layer.scopedContext(Database.connect(Redacted.make(process.argv[2] ?? "")))

// Its output is what the test reads: nothing else may be in it.
program.pipe(
  Effect.provide(Logger.replace(Logger.defaultLogger, Logger.none)),
  Effect.provide(LeadershipSql.layer.pipe(Layer.provide(Pulse.layer), Layer.provide(database))),
  NodeRuntime.runMain({ disablePrettyLogger: true })
)
