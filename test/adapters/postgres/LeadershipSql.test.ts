import { expect, layer } from "@effect/vitest"
import { Deferred, Duration, Effect, Fiber, Layer, Redacted, Schedule } from "effect"
import { fileURLToPath } from "node:url"
import { DatabaseUrl } from "../../../src/adapters/postgres/Database.ts"
import * as LeadershipSql from "../../../src/adapters/postgres/LeadershipSql.ts"
import { Leadership } from "../../../src/ports/Leadership.ts"
import * as Pulse from "../../../src/adapters/postgres/Pulse.ts"
import * as Child from "../../support/child.ts"
import * as TestDatabase from "../../support/postgres.ts"

const startLeader = Effect.flatMap(DatabaseUrl, url =>
  Child.start(fileURLToPath(new URL("leader.ts", import.meta.url)), Redacted.value(url))
)

/** A leadership of its own, as another process would have it. */
const member = Effect.map(
  Layer.build(Layer.fresh(Layer.provide(LeadershipSql.layer, Pulse.layer))),
  context => Leadership.pipe(Effect.provide(context))
).pipe(Effect.flatten)

layer(TestDatabase.layer, { excludeTestServices: true })("LeadershipSql", it => {
  it.scoped("lets another process take over within a few seconds of a kill", () =>
    Effect.gen(function* () {
      const { standing, whileLeading } = yield* member
      const holder = yield* startLeader
      expect(yield* holder.line).toBe("leads")
      const taken = yield* Deferred.make<void>()
      const waiting = yield* Effect.fork(
        whileLeading("gateway", Effect.zipRight(Deferred.succeed(taken, undefined), Effect.never))
      )
      yield* Effect.repeat(standing("gateway"), {
        until: now => now === "standby",
        schedule: Schedule.spaced("50 millis")
      })
      expect(yield* Deferred.isDone(taken)).toBe(false)
      yield* holder.end("SIGKILL")
      const [time] = yield* Effect.timed(Deferred.await(taken))
      expect(Duration.toMillis(time)).toBeLessThan(3000)
      expect(yield* standing("gateway")).toBe("leading")
      yield* Fiber.interrupt(waiting)
      expect(yield* standing("gateway")).toBe("undecided")
    })
  )
})
