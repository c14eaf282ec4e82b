import { expect } from "@effect/vitest"
import { Effect } from "effect"
import { Atomic } from "../../src/ports/Atomic.ts"
import { WebhookInbox } from "../../src/ports/WebhookInbox.ts"
import { onEachStore, World } from "./eachStore.ts"

onEachStore("the webhook inbox", it => {
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
      const [inbox, atomic] = [yield* WebhookInbox, yield* Atomic]
      yield* Effect.flip(atomic.transaction(Effect.zipRight(inbox.accept("msg_lost"), Effect.fail("lost"))))
      expect(yield* inbox.accept("msg_lost")).toBe(true)
    })
  )

  it.effect("forgets ids after 35 days, not after 34", () =>
    Effect.gen(function* () {
      const [inbox, world] = [yield* WebhookInbox, yield* World]
      yield* inbox.accept("msg_36")
      yield* world.passes("2 days")
      yield* inbox.accept("msg_34")
      yield* world.passes("34 days")
      yield* inbox.prune
      expect(yield* Effect.forEach(["msg_34", "msg_36"], inbox.accept)).toEqual([false, true])
    })
  )
})
