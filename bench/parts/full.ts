import { Effect } from "effect"
import type { Scope } from "effect"
import { kudos } from "../actions.ts"
import { fillTables, rowsInEach } from "../fillTables.ts"
import * as Figures from "../figures.ts"
import type { Ground } from "../Ground.ts"
import { runRound } from "../load.ts"
import type { Round } from "../load.ts"
import { median } from "../statistics.ts"
import * as Subject from "../Subject.ts"
import { serviceRow } from "../Table.ts"
import type { Table } from "../Table.ts"

const load = { count: 100, perSecond: 20 }
const rounds = 4
const mochiMillis = 50

/** What much stored data costs: two copies of the service take turns, one on an empty database, one on a full one. */
export const full = (ground: Ground): Effect.Effect<Table, never, Scope.Scope> =>
  Effect.gen(function* () {
    const options = { people: 200, mochiTakes: mochiMillis }
    const empty = yield* Subject.make(ground, "service", options)
    const filled = yield* Subject.make(ground, "service", options)
    yield* fillTables(Subject.serviceOf(filled).database)
    for (const subject of [empty, filled]) yield* runRound(subject, kudos, { count: 200, perSecond: 40 })

    const onEmpty: Array<Round> = []
    const onFull: Array<Round> = []
    for (let number = 0; number < rounds; number++)
      for (const isEmpty of number % 2 === 0 ? [true, false] : [false, true])
        (isEmpty ? onEmpty : onFull).push(yield* runRound(isEmpty ? empty : filled, kudos, load))

    const compared = (name: string, unit: string, of: (rounds: ReadonlyArray<Round>) => number) => [
      serviceRow(`${name}, empty`, unit, of(onEmpty)),
      serviceRow(`${name}, full`, unit, of(onFull)),
      serviceRow(
        `${name}, full to empty`,
        "x",
        median(onFull.map((round, index) => of([round]) / of(onEmpty.slice(index, index + 1)))),
        { atMost: 1.1 }
      )
    ]
    return {
      title: `/kudos with ${rowsInEach} rows in every table, ${load.perSecond} a second, Mochi takes ${mochiMillis} ms a call`,
      note: `${rounds} rounds each, in turn; figures are of the median round, ratios of the median pair of rounds. The rows are old and settled, and young enough to stay.`,
      rows: [
        ...compared("CPU", "ms", Figures.cpu),
        ...compared("answered p50", "ms", Figures.answerAt(0.5)),
        serviceRow("failed", "", Figures.failures([...onEmpty, ...onFull]), { atMost: 0 })
      ]
    }
  })
