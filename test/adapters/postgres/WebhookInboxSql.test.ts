import { SqlClient } from "@effect/sql"
import { expect, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as WebhookInboxSql from "../../../src/adapters/postgres/WebhookInboxSql.ts"
import { WebhookInbox } from "../../../src/ports/WebhookInbox.ts"
import * as TestDatabase from "../../support/postgres.ts"

layer(WebhookInboxSql.layer.pipe(Layer.provideMerge(TestDatabase.layer)))("WebhookInboxSql", it => {
  it.effect("accepts an id once", () =>
    Effect.gen(function* () {
      const inbox = yield* WebhookInbox
      expect(yield* inbox.accept("msg_1")).toBe(true)
      expect(yield* inbox.accept("msg_1")).toBe(false)
      expect(yield* inbox.accept("msg_2")).toBe(true)
    })
  )

  it.effect("accepts an id once of many that come at the same time", () =>
    Effect.gen(function* () {
      const inbox = yield* WebhookInbox
      const answers = yield* Effect.all(
        Array.from({ length: 20 }, () => inbox.accept("msg_burst")),
        { concurrency: "unbounded" }
      )
      expect(answers.filter(Boolean)).toHaveLength(1)
    })
  )

  it.effect("accepts an id again whose transaction was rolled back", () =>
    Effect.gen(function* () {
      const [inbox, sql] = [yield* WebhookInbox, yield* SqlClient.SqlClient]
      yield* Effect.flip(sql.withTransaction(Effect.zipRight(inbox.accept("msg_lost"), Effect.fail("lost"))))
      expect(yield* inbox.accept("msg_lost")).toBe(true)
    })
  )

  it.effect("forgets ids after 35 days, not after 34", () =>
    Effect.gen(function* () {
      const [inbox, sql] = [yield* WebhookInbox, yield* SqlClient.SqlClient]
      yield* Effect.forEach(["msg_34", "msg_36"], inbox.accept)
      yield* sql`update webhook_inbox set received_at = now() - interval '34 days' where webhook_id = 'msg_34'`
      yield* sql`update webhook_inbox set received_at = now() - interval '36 days' where webhook_id = 'msg_36'`
      yield* inbox.prune
      expect(yield* Effect.forEach(["msg_34", "msg_36"], inbox.accept)).toEqual([false, true])
    })
  )
})
