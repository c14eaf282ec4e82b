import { SqlClient } from "@effect/sql"
import { expect, layer } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import * as AuditLogSql from "../../../src/adapters/postgres/AuditLogSql.ts"
import { ApplicationId, RequestCode, TraceId } from "../../../src/domain/Ids.ts"
import { AuditLog } from "../../../src/ports/AuditLog.ts"
import * as Pseudonyms from "../../../src/adapters/postgres/Pseudonyms.ts"
import { settings } from "../mochi/mochiClients.ts"
import * as TestDatabase from "../../support/postgres.ts"

const entry = {
  actor: "123456789012345678",
  action: "approve",
  request: Option.some({ applicationId: ApplicationId.make("7"), code: RequestCode.make("A-1'; --") }),
  outcome: "done",
  traceId: Option.some(TraceId.make("0123456789abcdef0123456789abcdef"))
}

const pseudonyms = Pseudonyms.layer.pipe(Layer.provide(settings("http://127.0.0.1:1")))

layer(AuditLogSql.layer.pipe(Layer.provideMerge(Layer.merge(TestDatabase.layer, pseudonyms))))(
  "the audit log",
  it => {
    const sqlOf = SqlClient.SqlClient

    const inErasure = <A, E, R>(work: Effect.Effect<A, E, R>) =>
      Effect.flatMap(sqlOf, sql =>
        sql.withTransaction(Effect.zipRight(sql`select set_config('mochi.erasure', 'on', true)`, work))
      )

    it.effect("stores every field of an entry, in order, with its moment", () =>
      Effect.gen(function* () {
        const audit = yield* AuditLog
        const sql = yield* sqlOf
        yield* audit.record(entry)
        yield* audit.record({
          actor: "operator",
          action: "commands_sync",
          request: Option.none(),
          outcome: "wr\u0000itten 🎉",
          traceId: Option.none()
        })
        const rows = yield* sql`select actor, action, application_id, code, outcome, trace_id,
        at between now() - interval '1 minute' and clock_timestamp() as recent from audit_log order by id`
        expect(rows).toEqual([
          {
            actor: "123456789012345678",
            action: "approve",
            application_id: "7",
            code: "A-1'; --",
            outcome: "done",
            trace_id: "0123456789abcdef0123456789abcdef",
            recent: true
          },
          {
            actor: "operator",
            action: "commands_sync",
            application_id: null,
            code: null,
            outcome: "wr\uFFFDitten 🎉",
            trace_id: null,
            recent: true
          }
        ])
      })
    )

    it.effect("refuses to be changed, shortened or emptied", () =>
      Effect.gen(function* () {
        const sql = yield* sqlOf
        yield* (yield* AuditLog).record(entry)
        for (const change of [
          sql`update audit_log set actor = 'nobody'`,
          sql`delete from audit_log`,
          sql`truncate audit_log`
        ]) {
          const refused = yield* Effect.flip(change)
          expect(String(refused.cause)).toContain("audit_log is append-only")
        }
        expect(yield* sql`select actor from audit_log where actor = 'nobody'`).toEqual([])
      })
    )

    it.effect("lets an erasure replace the actor, and nothing else", () =>
      Effect.gen(function* () {
        const sql = yield* sqlOf
        yield* (yield* AuditLog).record({ ...entry, actor: "223456789012345678" })
        const mine = sql`actor = '223456789012345678'`
        for (const change of [
          sql`update audit_log set outcome = 'refused' where ${mine}`,
          sql`update audit_log set actor = 'x', at = now() - interval '1 year' where ${mine}`,
          sql`delete from audit_log where ${mine}`,
          sql`truncate audit_log`
        ]) {
          const refused = yield* Effect.flip(inErasure(change))
          expect(String(refused.cause)).toContain("audit_log is append-only")
        }
        yield* inErasure(sql`update audit_log set actor = 'erased:abc' where ${mine}`)
        expect(yield* sql`select outcome from audit_log where actor = 'erased:abc'`).toEqual([
          { outcome: "done" }
        ])
        const afterwards = yield* Effect.flip(sql`update audit_log set actor = 'y'`)
        expect(String(afterwards.cause)).toContain("audit_log is append-only")
      })
    )
  }
)
