import { expect } from "@effect/vitest"
import { Duration, Effect, Option } from "effect"
import { ApplicationId, RequestCode } from "../../src/domain/Ids.ts"
import type { DueNotification } from "../../src/domain/Notification.ts"
import { NotificationLog } from "../../src/ports/NotificationLog.ts"
import { onEachStore, World } from "./eachStore.ts"

const owner: DueNotification = { audience: "owner", kind: "approval_card" }
const requester: DueNotification = { audience: "requester", kind: "status_changed" }

const requestOf = (code: string) => ({
  applicationId: ApplicationId.make("123"),
  code: RequestCode.make(code)
})

onEachStore("the notification log", it => {
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

  it.effect("keeps the state of a notification and its reason", () =>
    Effect.gen(function* () {
      const log = yield* NotificationLog
      const [added] = yield* log.add(requestOf("SETTLE"), "pending", [owner])
      yield* log.settle(added!.id, "dead", Option.some("no channel"))
      const dead = Option.getOrThrow(yield* log.find(added!.id))
      expect(dead).toMatchObject({ state: "dead", reason: Option.some("no channel") })
      yield* log.settle(added!.id, "pending", Option.none())
      expect(Option.getOrThrow(yield* log.find(added!.id))).toMatchObject({
        state: "pending",
        reason: Option.none()
      })
    })
  )

  it.effect("tells for how long a notification was on its way", () =>
    Effect.gen(function* () {
      const [log, world] = [yield* NotificationLog, yield* World]
      const [added] = yield* log.add(requestOf("AGED"), "pending", [owner])
      const settled = log.settle(added!.id, "delivered", Option.none())
      expect(Duration.toSeconds(yield* settled)).toBeLessThan(30)
      yield* world.passes("1 hour")
      const seconds = Duration.toSeconds(yield* settled)
      expect([seconds >= 3600, seconds < 3630]).toEqual([true, true])
    })
  )

  it.effect("makes a delivered one pending again, and no other", () =>
    Effect.gen(function* () {
      const log = yield* NotificationLog
      const request = requestOf("REOPEN")
      const [added] = yield* log.add(request, "pending", [owner])
      const reopened = log.reopen(request, "pending", "owner")
      expect(yield* reopened).toEqual(Option.none())
      yield* log.settle(added!.id, "dead", Option.none())
      expect(yield* reopened).toEqual(Option.none())
      yield* log.settle(added!.id, "delivered", Option.none())
      expect(yield* log.reopen(request, "approved", "owner")).toEqual(Option.none())
      expect(yield* log.reopen(request, "pending", "requester")).toEqual(Option.none())
      expect(Option.map(yield* reopened, ({ id, state }) => [id, state])).toEqual(
        Option.some([added!.id, "pending"])
      )
      expect(yield* reopened).toEqual(Option.none())
    })
  )

  it.effect("revives dead ones, one or all, each for one caller", () =>
    Effect.gen(function* () {
      const log = yield* NotificationLog
      yield* log.revive(Option.none())
      const [first] = yield* log.add(requestOf("REVIVE-1"), "pending", [owner])
      const [second] = yield* log.add(requestOf("REVIVE-2"), "pending", [owner])
      const die = Effect.forEach([first!, second!], ({ id }) => log.settle(id, "dead", Option.none()))
      expect(yield* log.revive(Option.some(first!.id))).toEqual([])
      yield* die
      const revived = (all: ReadonlyArray<{ readonly id: string; readonly state: string }>) =>
        all.map(({ id, state }) => [id, state])
      expect(revived(yield* log.revive(Option.some(first!.id)))).toEqual([[first!.id, "pending"]])
      yield* die
      const both = yield* Effect.all([log.revive(Option.none()), log.revive(Option.none())], {
        concurrency: "unbounded"
      })
      expect(
        both
          .flat()
          .map(({ id }) => id)
          .toSorted()
      ).toEqual([first!.id, second!.id].toSorted())
    })
  )

  it.effect("lists newest first, no more than asked for, all or those of one state, and counts", () =>
    Effect.gen(function* () {
      const log = yield* NotificationLog
      const before = { dead: yield* log.count("dead"), pending: yield* log.count("pending") }
      for (const code of ["FIRST", "SECOND", "THIRD"]) yield* log.add(requestOf(code), "pending", [owner])
      const all = yield* log.list(Option.none(), 3)
      expect(all.map(({ request }) => request.code)).toEqual(["THIRD", "SECOND", "FIRST"])
      expect((yield* log.list(Option.none(), 2)).map(({ id }) => id)).toEqual([all[0]!.id, all[1]!.id])
      yield* log.settle(all[1]!.id, "dead", Option.none())
      expect((yield* log.list(Option.some("dead"), 1)).map(({ id }) => id)).toEqual([all[1]!.id])
      expect((yield* log.list(Option.some("pending"), 2)).map(({ id }) => id)).toEqual([
        all[0]!.id,
        all[2]!.id
      ])
      expect(yield* log.count("dead")).toBe(before.dead + 1)
      expect(yield* log.count("pending")).toBe(before.pending + 2)
    })
  )

  it.effect("prunes what was delivered 90 days ago, and nothing else", () =>
    Effect.gen(function* () {
      const [log, world] = [yield* NotificationLog, yield* World]
      const added = (code: string, state: "delivered" | "dead") =>
        Effect.gen(function* () {
          const [one] = yield* log.add(requestOf(code), "approved", [owner])
          yield* log.settle(one!.id, state, Option.none())
          return one!.id
        })
      const [old, dead] = [yield* added("OLD", "delivered"), yield* added("DEAD", "dead")]
      yield* world.passes("2 days")
      const fresh = yield* added("NEW", "delivered")
      yield* world.passes("89 days")
      yield* log.prune
      const isThere = yield* Effect.forEach([old, dead, fresh], id => Effect.map(log.find(id), Option.isSome))
      expect(isThere).toEqual([false, true, true])
    })
  )
})
