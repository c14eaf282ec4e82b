import { SqlClient } from "@effect/sql"
import { expect, layer } from "@effect/vitest"
import { Duration, Effect, Layer, Option } from "effect"
import * as NotificationLogSql from "../../../src/adapters/postgres/NotificationLogSql.ts"
import { ApplicationId, RequestCode } from "../../../src/domain/Ids.ts"
import type { DueNotification } from "../../../src/domain/Notification.ts"
import { NotificationLog } from "../../../src/ports/NotificationLog.ts"
import * as TestDatabase from "../../support/postgres.ts"

const owner: DueNotification = { audience: "owner", kind: "approval_card" }
const requester: DueNotification = { audience: "requester", kind: "status_changed" }

const requestOf = (code: string) => ({
  applicationId: ApplicationId.make("123"),
  code: RequestCode.make(code)
})

layer(NotificationLogSql.layer.pipe(Layer.provideMerge(TestDatabase.layer)))("NotificationLogSql", it => {
  it.effect("adds each request, audience and status once, and answers with what was new", () =>
    Effect.gen(function* () {
      const log = yield* NotificationLog
      const request = requestOf("ONCE")
      const first = yield* log.add(request, "approved", [owner])
      const second = yield* log.add(request, "approved", [owner, requester])
      const other = yield* log.add(request, "failed", [owner])
      expect(first).toMatchObject([{ ...owner, request, about: "approved", state: "pending", attempts: 0 }])
      expect(second.map(({ audience }) => audience)).toEqual(["requester"])
      expect(other.map(({ about }) => about)).toEqual(["failed"])
      expect(yield* log.add(request, "failed", [])).toEqual([])
      expect(yield* log.find(first[0]!.id)).toEqual(Option.some(first[0]))
    })
  )

  it.effect("keeps the state, its reason and the tries of a notification", () =>
    Effect.gen(function* () {
      const log = yield* NotificationLog
      const [added] = yield* log.add(requestOf("SETTLE"), "pending", [owner])
      yield* log.attempt(added!.id)
      yield* log.attempt(added!.id)
      yield* log.settle(added!.id, "dead", Option.some("no channel"))
      const dead = Option.getOrThrow(yield* log.find(added!.id))
      expect(dead).toMatchObject({ state: "dead", reason: Option.some("no channel"), attempts: 2 })
      yield* log.settle(added!.id, "pending", Option.none())
      expect(Option.getOrThrow(yield* log.find(added!.id))).toMatchObject({
        state: "pending",
        reason: Option.none()
      })
    })
  )

  it.effect("tells by the database's clock for how long a notification was on its way (A20)", () =>
    Effect.gen(function* () {
      const [log, sql] = [yield* NotificationLog, yield* SqlClient.SqlClient]
      const [added] = yield* log.add(requestOf("AGED"), "pending", [owner])
      // The test's clock stands in 1970.
      const settled = log.settle(added!.id, "delivered", Option.none())
      expect(Duration.toSeconds(yield* settled)).toBeLessThan(30)
      yield* sql`update notifications set created_at = created_at - interval '1 hour' where id = ${added!.id}`
      const seconds = Duration.toSeconds(yield* settled)
      expect([seconds >= 3600, seconds < 3630]).toEqual([true, true])
      yield* sql`update notifications set created_at = now() + interval '1 hour' where id = ${added!.id}`
      expect(yield* settled).toEqual(Duration.zero)
      yield* sql`delete from notifications where id = ${added!.id}`
      expect(yield* settled).toEqual(Duration.zero)
    })
  )

  it.effect("stores text that PostgreSQL cannot hold as it is", () =>
    Effect.gen(function* () {
      const log = yield* NotificationLog
      const [added] = yield* log.add(requestOf("N\u0000L"), "pending", [owner])
      yield* log.settle(added!.id, "dead", Option.some("odd \u0000"))
      const found = Option.getOrThrow(yield* log.find(added!.id))
      expect([found.request.code, found.reason]).toEqual(["N\uFFFDL", Option.some("odd \uFFFD")])
    })
  )

  it.effect("lists newest first, no more than asked for, all or those of one state, and counts", () =>
    Effect.gen(function* () {
      const [log, sql] = [yield* NotificationLog, yield* SqlClient.SqlClient]
      yield* sql`delete from notifications`
      for (const code of ["FIRST", "SECOND", "THIRD"]) yield* log.add(requestOf(code), "pending", [owner])
      const all = yield* log.list(Option.none(), 10)
      expect(all.map(({ request }) => request.code)).toEqual(["THIRD", "SECOND", "FIRST"])
      expect((yield* log.list(Option.none(), 2)).map(({ id }) => id)).toEqual([all[0]!.id, all[1]!.id])
      yield* log.settle(all[1]!.id, "dead", Option.none())
      expect((yield* log.list(Option.some("dead"), 10)).map(({ id }) => id)).toEqual([all[1]!.id])
      expect(yield* log.count("dead")).toBe(1)
      expect(yield* log.count("pending")).toBe(2)
    })
  )

  it.effect("prunes what was delivered 90 days ago, and nothing else", () =>
    Effect.gen(function* () {
      const [log, sql] = [yield* NotificationLog, yield* SqlClient.SqlClient]
      yield* sql`delete from notifications`
      for (const [code, state] of [
        ["OLD", "delivered"],
        ["DEAD", "dead"],
        ["NEW", "delivered"]
      ] as const) {
        const [added] = yield* log.add(requestOf(code), "approved", [owner])
        yield* log.settle(added!.id, state, Option.none())
      }
      yield* sql`
        update notifications set created_at = now() - interval '91 days', updated_at = now() - interval '91 days'
        where code in ('OLD', 'DEAD')`
      yield* log.prune
      const left = yield* log.list(Option.none(), 10)
      expect(left.map(({ request }) => request.code).sort()).toEqual(["DEAD", "NEW"])
    })
  )

  it.effect("refuses a row that it does not understand, without repeating it", () =>
    Effect.gen(function* () {
      const [log, sql] = [yield* NotificationLog, yield* SqlClient.SqlClient]
      const [added] = yield* log.add(requestOf("ODD"), "approved", [owner])
      yield* sql`update notifications set kind = 'carrier_pigeon' where id = ${added!.id}`
      const failure = yield* Effect.flip(log.find(added!.id))
      yield* sql`delete from notifications where id = ${added!.id}`
      expect(failure.operation).toBe("NotificationLog.find")
      expect(String(failure.cause)).toContain("kind")
      expect(String(failure.cause)).not.toContain("pigeon")
    })
  )
})
