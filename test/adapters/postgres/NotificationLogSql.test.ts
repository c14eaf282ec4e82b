import { SqlClient } from "@effect/sql"
import { expect, layer } from "@effect/vitest"
import { Duration, Effect, Layer, Option } from "effect"
import * as NotificationLogSql from "../../../src/adapters/postgres/NotificationLogSql.ts"
import { ApplicationId, RequestCode } from "../../../src/domain/Ids.ts"
import type { DueNotification } from "../../../src/domain/Notification.ts"
import { NotificationLog } from "../../../src/ports/NotificationLog.ts"
import * as TestDatabase from "../../support/postgres.ts"

const owner: DueNotification = { audience: "owner", kind: "approval_card" }

const requestOf = (code: string) => ({
  applicationId: ApplicationId.make("123"),
  code: RequestCode.make(code)
})

layer(NotificationLogSql.layer.pipe(Layer.provideMerge(TestDatabase.layer)))("NotificationLogSql", it => {
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
