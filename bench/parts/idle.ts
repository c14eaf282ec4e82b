import { Effect } from "effect"
import type { Scope } from "effect"
import type { Ground } from "../Ground.ts"
import type { Subject } from "../Subject.ts"
import { rowOf } from "../Table.ts"
import type { Table } from "../Table.ts"
import { subjectsOf } from "../turns.ts"

const restSeconds = 10
const seconds = 20

/** What a program costs while nobody does anything. */
export const idle = (ground: Ground): Effect.Effect<Table, never, Scope.Scope> =>
  Effect.gen(function* () {
    const subjects = yield* subjectsOf(ground, ["service", "bare", "discord.js"], {
      people: 10,
      mochiTakes: 0
    })
    yield* Effect.sleep(restSeconds * 1000)
    const measured = new Map(
      yield* Effect.forEach(
        [...subjects],
        ([side, subject]) => Effect.map(spent(ground, subject), found => [side, found] as const),
        { concurrency: "unbounded" }
      )
    )
    const services = new Map([...measured].filter(([side]) => subjects.get(side)?.service !== undefined))
    return {
      title: "A program at rest",
      note: `For ${seconds} s, ${restSeconds} s after it was ready. Statements are counted by PostgreSQL as transactions that ended; the few with several statements count once, and those of its own autovacuum count too.`,
      rows: [
        rowOf("statements a second", "", services, ({ transactions }) => transactions, { atMost: 2 }),
        rowOf("CPU", "ms/s", measured, ({ cpuMillis }) => cpuMillis, { atMost: 3 })
      ]
    }
  })

/** Each a second. */
interface Spent {
  readonly transactions: number
  readonly cpuMillis: number
}

const spent = (ground: Ground, { child, service }: Subject): Effect.Effect<Spent> =>
  Effect.gen(function* () {
    const count = Effect.all({
      transactions: service === undefined ? Effect.succeed(0) : ground.transactionsIn(service.database),
      cpuMillis: child.cpuMillis
    })
    const before = yield* count
    yield* Effect.sleep(seconds * 1000)
    const after = yield* count
    return {
      transactions: (after.transactions - before.transactions) / seconds,
      cpuMillis: (after.cpuMillis - before.cpuMillis) / seconds
    }
  })
