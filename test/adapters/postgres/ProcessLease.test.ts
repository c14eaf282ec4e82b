import { SqlClient } from "@effect/sql"
import { describe, expect, it, layer } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, Redacted, Schedule } from "effect"
import { DatabaseUrl } from "../../../src/adapters/postgres/Database.ts"
import * as detection from "../../../src/adapters/postgres/detection.ts"
import { hasLapsed, ProcessLease } from "../../../src/adapters/postgres/ProcessLease.ts"
import * as ProcessLeaseLayer from "../../../src/adapters/postgres/ProcessLease.ts"
import * as Pulse from "../../../src/adapters/postgres/Pulse.ts"
import * as TestDatabase from "../../support/postgres.ts"
import * as TcpProxy from "../../support/tcpProxy.ts"

/** A process of its own, whose lease is renewed over a way that can be cut. */
const member = Effect.gen(function* () {
  const url = new URL(Redacted.value(yield* DatabaseUrl))
  const way = yield* TcpProxy.make({ host: url.hostname, port: Number(url.port) })
  url.host = `127.0.0.1:${way.port}`
  const built = yield* Layer.build(
    Layer.fresh(Layer.provide(ProcessLeaseLayer.layer, Pulse.layer)).pipe(
      Layer.provide(Layer.succeed(DatabaseUrl, Redacted.make(url.href)))
    )
  )
  return { way, lease: Context.get(built, ProcessLease) }
})

const lapsed = (id: number, begunAgo = "1 minute") =>
  Effect.flatMap(SqlClient.SqlClient, sql =>
    Effect.map(
      sql<{
        lapsed: boolean
      }>`select ${hasLapsed(sql, "held.id", "held.at")} as lapsed
        from (values (${id}::bigint, now() - ${begunAgo}::interval)) as held (id, at)`,
      rows => rows[0]?.lapsed
    )
  )

const becomes = <A, E, R>(wanted: A, ask: Effect.Effect<A, E, R>) =>
  Effect.repeat(ask, { until: now => now === wanted, schedule: Schedule.spaced("50 millis") }).pipe(
    Effect.timeout("25 seconds")
  )

describe("detection", () => {
  it("lets nobody take over before the holder has noticed its loss (A1)", () => {
    expect(detection.leaseHoldsFor).toBeGreaterThan(detection.asksEvery + detection.sessionAnswersWithin)
    expect(detection.leaseLapsesAfter).toBeGreaterThan(detection.leaseHoldsFor + 1_000)
    expect(detection.jobLapsesAfter).toBeGreaterThan(
      detection.touchesEvery + detection.sessionLossNoticedWithin
    )
    expect(detection.connectionSilentFor).toBeGreaterThan(detection.statementEndsWithin)
    expect(detection.serverDropsClientAfter).toBeGreaterThan(detection.sessionLossNoticedWithin)
    expect(detection.connectsWithin + detection.connectionSilentFor).toBeLessThan(15_000)
  })
})

layer(TestDatabase.layer, { excludeTestServices: true })("a process's lease", it => {
  it.scoped("is one of its own, and is renewed", () =>
    Effect.gen(function* () {
      const [one, two] = [yield* member, yield* member]
      const [first, second] = [yield* one.lease.id, yield* two.lease.id]
      expect(first).not.toBe(second)
      yield* Effect.sleep(detection.leaseLapsesAfter + 500)
      expect([yield* lapsed(first), yield* lapsed(second)]).toEqual([false, false])
      expect(yield* one.lease.holds(first)).toBe(true)
      expect(yield* one.lease.id).toBe(first)
    })
  )

  it.effect("lets the next one take over at once what an orderly end leaves behind", () =>
    Effect.gen(function* () {
      const left = yield* Effect.scoped(Effect.flatMap(member, ({ lease }) => lease.id))
      yield* Effect.scoped(
        Effect.gen(function* () {
          yield* member
          expect(yield* lapsed(left, "0 seconds")).toBe(true)
        })
      )
    })
  )

  it.scoped("survives a connection that breaks and comes back", () =>
    Effect.gen(function* () {
      const { lease, way } = yield* member
      const id = yield* lease.id
      for (let round = 0; round < 3; round++) {
        way.cut()
        yield* Effect.sleep("1 second")
        way.restore()
        yield* Effect.sleep("1500 millis")
        expect([yield* lease.id, yield* lapsed(id), yield* lease.holds(id)]).toEqual([id, false, true])
      }
    })
  )

  for (const trouble of ["cut", "silence"] as const)
    it.scoped(`lapses for its holder before it does for others, and for good, by ${trouble} (A1)`, () =>
      Effect.gen(function* () {
        const { lease, way } = yield* member
        const id = yield* lease.id
        way[trouble]()
        const noticed = yield* Effect.fork(
          Effect.map(
            Effect.repeat(
              Effect.map(Effect.timeoutOption(lease.holds(id), "50 millis"), held => held._tag === "Some"),
              { while: held => held, schedule: Schedule.spaced("20 millis") }
            ),
            () => Date.now()
          )
        )
        yield* becomes(true, lapsed(id))
        const lapsedAt = Date.now()
        expect(yield* Fiber.join(noticed)).toBeLessThan(lapsedAt)
        way.restore()
        yield* becomes(
          false,
          Effect.map(lease.id, now => now === id)
        )
        expect(yield* lease.holds(id)).toBe(false)
        expect(yield* lapsed(id)).toBe(true)
        expect(yield* lease.holds(yield* lease.id)).toBe(true)
      })
    )

  it.scoped("ends at once where the process ends in order", () =>
    Effect.gen(function* () {
      const id = yield* Effect.scoped(Effect.flatMap(member, ({ lease }) => lease.id))
      expect(yield* lapsed(id)).toBe(true)
    })
  )

  it.scoped("of a release without leases lasts as long as its lock", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      expect(yield* lapsed(987_654)).toBe(true)
      yield* Effect.scoped(
        Effect.gen(function* () {
          const connection = yield* sql.reserve
          yield* connection.executeRaw("select pg_advisory_lock(7301446, 987654)", [])
          expect(yield* lapsed(987_654)).toBe(false)
          yield* connection.executeRaw("select pg_advisory_unlock(7301446, 987654)", [])
        })
      )
    })
  )
})
