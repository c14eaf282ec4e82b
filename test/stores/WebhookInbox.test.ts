import { expect } from "@effect/vitest"
import { Effect, Option } from "effect"
import { Atomic } from "../../src/ports/Atomic.ts"
import { AuditLog } from "../../src/ports/AuditLog.ts"
import { WebhookInbox } from "../../src/ports/WebhookInbox.ts"
import { aRequest } from "../adapters/postgres/storedRequests.ts"
import { onEachStore, World } from "./eachStore.ts"
import { byMochi, inboxOfIds } from "./inbox.ts"

onEachStore("the webhook inbox", it => {
  it.effect("accepts an id once", () =>
    Effect.gen(function* () {
      const inbox = yield* inboxOfIds
      expect(yield* inbox.accept("msg_1")).toBe(true)
      expect(yield* inbox.accept("msg_1")).toBe(false)
      expect(yield* inbox.accept("msg_2")).toBe(true)
    })
  )

  it.effect("accepts an id once of many that come at the same time", () =>
    Effect.gen(function* () {
      const inbox = yield* inboxOfIds
      const answers = yield* Effect.all(
        Array.from({ length: 20 }, () => inbox.accept("msg_burst")),
        { concurrency: "unbounded" }
      )
      expect(answers.filter(Boolean)).toHaveLength(1)
    })
  )

  it.effect("accepts an id again whose transaction was rolled back", () =>
    Effect.gen(function* () {
      const [inbox, atomic] = [yield* inboxOfIds, yield* Atomic]
      yield* Effect.flip(atomic.transaction(Effect.zipRight(inbox.accept("msg_lost"), Effect.fail("lost"))))
      expect(yield* inbox.accept("msg_lost")).toBe(true)
    })
  )

  it.effect("says in the audit log what became of each", () =>
    Effect.gen(function* () {
      const inbox = yield* WebhookInbox
      const { key } = aRequest("AUDITED")
      const audit = { ...byMochi, request: Option.some(key) }
      yield* inbox.accept("msg_audited", audit)
      yield* inbox.accept("msg_audited", audit)
      const filter = {
        actor: Option.none(),
        action: Option.none(),
        requestCode: Option.some(key.code),
        person: Option.none(),
        since: Option.none(),
        before: Option.none()
      }
      const records = yield* (yield* AuditLog).list(filter, 10)
      expect(records).toMatchObject([
        { ...audit, outcome: "duplicate" },
        { ...audit, outcome: "accepted" }
      ])
    })
  )

  it.effect("forgets ids after 35 days, not after 34", () =>
    Effect.gen(function* () {
      const [inbox, world] = [yield* inboxOfIds, yield* World]
      yield* inbox.accept("msg_36")
      yield* world.passes("2 days")
      yield* inbox.accept("msg_34")
      yield* world.passes("34 days")
      yield* inbox.prune
      expect(yield* Effect.forEach(["msg_34", "msg_36"], inbox.accept)).toEqual([false, true])
    })
  )
})
