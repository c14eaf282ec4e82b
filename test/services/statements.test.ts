import { statementsDuring } from "../support/countStatements.ts"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import type { RequestStatus } from "../../src/domain/RequestStatus.ts"
import { nobody } from "../../src/domain/TransferRequest.ts"
import { facts } from "./cast.ts"
import { keyOf } from "./mochiWorld.ts"
import { onPostgres, pause } from "./onPostgres.ts"

/** The statements of the delivery that a webhook brings about, once nothing is left to do. */
const ofDelivery = (
  world: Effect.Effect.Success<typeof onPostgres>,
  webhook: Effect.Effect<unknown, unknown>,
  line: string
) =>
  Effect.gen(function* () {
    const before = world.happened.filter(each => each.startsWith(line)).length
    const [, statements] = yield* statementsDuring(
      webhook.pipe(Effect.zipRight(world.untilHappened(line, before + 1)), Effect.zipRight(pause(300)))
    )
    const committed = statements.indexOf("COMMIT")
    return statements.slice(committed + 1)
  })

/** Nobody but the owner is told. */
const toOwnerAlone = { facts: Option.some({ ...facts, requester: nobody }) }

describe("A delivery", () => {
  it.scoped("costs a few statements, whether it posts a card or edits one", () =>
    Effect.gen(function* () {
      const world = yield* onPostgres
      yield* world.deliversJobs
      // Until it listens.
      yield* pause(500)
      const { webhook } = world
      const report = (code: string, status: RequestStatus) =>
        webhook(status, { key: keyOf(code), ...toOwnerAlone })
      const first = yield* ofDelivery(
        world,
        report("FIRST", "pending"),
        "post Linus's DM: ApprovalCard pending"
      )
      const posted = yield* ofDelivery(
        world,
        report("NEXT", "pending"),
        "post Linus's DM: ApprovalCard pending"
      )
      const edited = yield* ofDelivery(
        world,
        report("NEXT", "expired"),
        "edit Linus's DM: ApprovalCard expired"
      )
      expect(world.discord.showsIn("Linus's DM")).toEqual(["ApprovalCard pending", "ApprovalCard expired"])
      expect([first.length, posted.length, edited.length]).toEqual([6, 5, 3])
    })
  )
})

describe("A webhook", () => {
  it.scoped("is stored in one transaction with all that follows, of a few statements", () =>
    Effect.gen(function* () {
      const { webhook } = yield* onPostgres
      yield* pause(500)
      const [, first] = yield* statementsDuring(webhook("pending", toOwnerAlone))
      const [, next] = yield* statementsDuring(webhook("expired", toOwnerAlone))
      // The first one counts what waits, which is then remembered.
      expect([first.indexOf("BEGIN"), first.at(-1)]).toEqual([1, "COMMIT"])
      expect([next.indexOf("BEGIN"), next.at(-1)]).toEqual([0, "COMMIT"])
      expect(next.length).toBeLessThanOrEqual(10)
    })
  )

  it.scoped("costs less when others come at the same moment", () =>
    Effect.gen(function* () {
      const { webhook } = yield* onPostgres
      yield* webhook("pending", toOwnerAlone)
      yield* pause(500)
      const codes = Array.from({ length: 44 }, (_, index) => `BURST${index}`)
      const [, statements] = yield* statementsDuring(
        Effect.forEach(codes, code => webhook("pending", { key: keyOf(code), ...toOwnerAlone }), {
          concurrency: "unbounded"
        })
      )
      const countOf = (which: RegExp) => statements.filter(statement => which.test(statement)).length
      // Four come alone, the others twenty at a time.
      expect(countOf(/^COMMIT$/)).toBe(6)
      // One for each kind of job.
      expect(countOf(/insert into pgboss/i)).toBe(12)
      expect(statements.length / codes.length).toBeLessThan(4.6)
    })
  )
})
