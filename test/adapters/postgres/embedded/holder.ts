import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Redacted } from "effect"
import * as EmbeddedPostgres from "../../../../src/adapters/postgres/embedded/EmbeddedPostgres.ts"

/** Uses the server in the given folder until it is told to end; prints its URL. */
EmbeddedPostgres.make({ folder: process.argv[2] ?? "" }).pipe(
  Effect.tap(url => Console.log(Redacted.value(url))),
  Effect.zipRight(Effect.never),
  Effect.scoped,
  NodeRuntime.runMain
)
