import { Effect } from "effect"
import type { Scope } from "effect"
import type { Ground } from "../Ground.ts"
import { approving, kudos, runRound, typing } from "../load.ts"
import type { Deed, Round } from "../load.ts"
import { median, percentile } from "../statistics.ts"
import * as Subject from "../Subject.ts"
import type { Row, Table } from "../Table.ts"

const mochiMillis = 300
const perSecond = 20
const rounds = 2

const deeds: ReadonlyArray<{ name: string; deed: Deed; count: number; ackWithin: number }> = [
  { name: "/kudos", deed: kudos, count: 140, ackWithin: 1000 },
  { name: "button", deed: approving, count: 60, ackWithin: 1000 },
  // Its answer is its acknowledgement, and that has to ask Mochi.
  { name: "autocomplete", deed: typing, count: 60, ackWithin: 2500 }
]

/** Acknowledgements and CPU time at a steady rate while Mochi is slow; rounds of the two take turns. */
export const ack = (ground: Ground): Effect.Effect<Table, never, Scope.Scope> =>
  Effect.gen(function* () {
    const options = { people: 200, mochiTakes: mochiMillis } as const
    const service = yield* Subject.make(ground, { ...options, kind: "service" })
    const anchor = yield* Subject.make(ground, { ...options, kind: "discord.js" })
    for (const subject of [service, anchor])
      for (const { deed } of deeds) yield* runRound(subject, deed, { count: 100, perSecond: 40 })

    const rows: Array<Row> = []
    for (const { ackWithin, count, deed, name } of deeds) {
      const ours: Array<Round> = []
      const theirs: Array<Round> = []
      for (let round = 0; round < rounds; round++) {
        ours.push(yield* runRound(service, deed, { count, perSecond }))
        theirs.push(yield* runRound(anchor, deed, { count, perSecond }))
      }
      rows.push(...rowsOf(name, count, ackWithin, ours, theirs))
    }
    return {
      title: `Acknowledgement and CPU time: ${perSecond} interactions a second, Mochi takes ${mochiMillis} ms a call`,
      note: `${rounds} rounds each, in turn; percentiles over all rounds, CPU time of the bot's process, its PostgreSQL not counted: the median round.`,
      rows
    }
  })

const rowsOf = (
  name: string,
  count: number,
  ackWithin: number,
  ours: ReadonlyArray<Round>,
  theirs: ReadonlyArray<Round>
): ReadonlyArray<Row> => {
  const compared = (figure: string, unit: string, value: (of: ReadonlyArray<Round>) => number): Row => ({
    figure: `${name}: ${figure}`,
    unit,
    service: value(ours),
    anchor: value(theirs)
  })
  const ackAt = (share: number) => (of: ReadonlyArray<Round>) =>
    percentile(
      of.flatMap(({ acks }) => acks),
      share
    )
  return [
    compared("acknowledged p50", "ms", ackAt(0.5)),
    { ...compared("acknowledged p95", "ms", ackAt(0.95)), wanted: { atMost: ackWithin } },
    compared("acknowledged p99", "ms", ackAt(0.99)),
    ...(name === "autocomplete"
      ? []
      : [
          compared("finished p50", "ms", of =>
            percentile(
              of.flatMap(({ answers }) => answers),
              0.5
            )
          )
        ]),
    compared("CPU an interaction", "ms", of => median(of.map(({ cpuMillis }) => cpuMillis / count))),
    {
      ...compared("failed", "", of => of.reduce((sum, { failures }) => sum + failures, 0)),
      wanted: { atMost: 0 }
    }
  ]
}
