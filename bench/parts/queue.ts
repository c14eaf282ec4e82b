import { Array as Arr, Effect, Layer, Logger, LogLevel } from "effect"
import type { Scope } from "effect"
import { randomUUID } from "node:crypto"
import * as Database from "../../src/adapters/postgres/Database.ts"
import * as OutboxPgBoss from "../../src/adapters/postgres/OutboxPgBoss.ts"
import { ApplicationId, RequestCode } from "../../src/domain/Ids.ts"
import type { Job } from "../../src/domain/Job.ts"
import { NotificationId } from "../../src/domain/Notification.ts"
import { Outbox } from "../../src/ports/Outbox.ts"
import type { Ground } from "../Ground.ts"
import { percentile } from "../statistics.ts"
import { serviceRow } from "../Table.ts"
import type { Table } from "../Table.ts"

const waiting = 50_000
const storedAtOnce = 1_000
const takes = 40
/** As many as the service takes at once. */
const takenAtOnce = 25

/** How long the outbox takes to find the next jobs: with few waiting, and with many. */
export const queue = (ground: Ground): Effect.Effect<Table, never, Scope.Scope> =>
  Effect.gen(function* () {
    const outbox = yield* Outbox
    yield* outbox.put(jobs(takes * takenAtOnce))
    const withFew = yield* takeAll(takes)
    yield* Effect.forEach(Arr.chunksOf(jobs(waiting), storedAtOnce), some => outbox.put(some))
    const withMany = yield* takeAll(takes)
    const rows = (name: string, millis: ReadonlyArray<number>, atMost?: number) => [
      serviceRow(
        `${name}: p50`,
        "ms",
        percentile(millis, 0.5),
        atMost === undefined ? undefined : { atMost }
      ),
      serviceRow(`${name}: p95`, "ms", percentile(millis, 0.95))
    ]
    return {
      title: `Taking the next ${takenAtOnce} jobs`,
      note: `The outbox on PostgreSQL, in the bench's own process, ${takes} times; each job is done before the next are taken.`,
      rows: [
        ...rows(`with at most ${takes * takenAtOnce} waiting`, withFew),
        ...rows(`with ${waiting} waiting`, withMany, 10)
      ]
    }
  }).pipe(
    Effect.provide(
      Layer.provide(
        OutboxPgBoss.layer,
        Layer.scopedContext(Effect.flatMap(ground.database, url => Database.connect(url)))
      )
    ),
    // The queue warns of so many jobs.
    Logger.withMinimumLogLevel(LogLevel.Error),
    Effect.orDie
  )

/** Of as many requests. */
const jobs = (count: number): ReadonlyArray<Job> =>
  Array.from({ length: count }, (_, index) => ({
    _tag: "Deliver",
    notification: NotificationId.make(randomUUID()),
    request: { applicationId: ApplicationId.make("1000"), code: RequestCode.make(`CODE${index}`) },
    audience: "owner"
  }))

/** The milliseconds of each time. */
const takeAll = (times: number) =>
  Effect.gen(function* () {
    const outbox = yield* Outbox
    const millis: Array<number> = []
    for (let time = 0; time < times; time++) {
      const start = performance.now()
      const taken = yield* outbox.take("Deliver", takenAtOnce)
      millis.push(performance.now() - start)
      yield* Effect.forEach(taken, job => outbox.done(job), { concurrency: 5, discard: true })
    }
    return millis
  })
