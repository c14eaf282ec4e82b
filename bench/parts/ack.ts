import { Effect } from "effect"
import { resolve } from "node:path"
import { pathToFileURL } from "node:url"
import type { Scope } from "effect"
import type { Ground } from "../Ground.ts"
import { approving, kudos, runRound, typing } from "../load.ts"
import type { Action, Round } from "../load.ts"
import { median, percentile } from "../statistics.ts"
import * as Subject from "../Subject.ts"
import type { Row, Table } from "../Table.ts"

const mochiMillis = 300
const perSecond = 20
const rounds = 2

const actions: ReadonlyArray<{ name: string; action: Action; count: number; ackWithin: number }> = [
  { name: "/kudos", action: kudos, count: 140, ackWithin: 1000 },
  { name: "button", action: approving, count: 60, ackWithin: 1000 },
  // An autocomplete is acknowledged with its choices, and those need a call to Mochi.
  { name: "autocomplete", action: typing, count: 60, ackWithin: 2500 }
]

/** A folder with another checkout, installed: its service takes part, so that one run compares the two. */
const checkoutBefore = process.env["BENCH_BEFORE"]

/** Acknowledgements and CPU time at a steady rate while Mochi is slow; the bots take turns, round by round. */
export const ack = (ground: Ground): Effect.Effect<Table, never, Scope.Scope> =>
  Effect.gen(function* () {
    const options = { people: 200, mochiTakes: mochiMillis } as const
    const service = yield* Subject.make(ground, { ...options, kind: "service" })
    const anchor = yield* Subject.make(ground, { ...options, kind: "discord.js" })
    const before =
      checkoutBefore === undefined
        ? []
        : [
            yield* Subject.make(ground, {
              ...options,
              kind: "service",
              checkout: pathToFileURL(`${resolve(checkoutBefore)}/`)
            })
          ]
    const subjects = [service, anchor, ...before]
    for (const subject of subjects)
      for (const { action } of actions) yield* runRound(subject, action, { count: 100, perSecond: 40 })

    const rows: Array<Row> = []
    for (const { ackWithin, count, action, name } of actions) {
      const measured = subjects.map((): Array<Round> => [])
      for (let round = 0; round < rounds; round++)
        for (const [index, subject] of subjects.entries())
          measured[index]?.push(yield* runRound(subject, action, { count, perSecond }))
      const [ours = [], theirs = [], former] = measured
      rows.push(...rowsOf(name, count, ackWithin, { ours, theirs, former }))
    }
    return {
      title: `Acknowledgement and CPU time: ${perSecond} interactions a second, Mochi takes ${mochiMillis} ms a call`,
      note: `${rounds} rounds each, in turn. Percentiles are over all rounds. CPU time is that of the bot's process without PostgreSQL, in the median round.`,
      rows
    }
  })

const rowsOf = (
  name: string,
  count: number,
  ackWithin: number,
  {
    former,
    ours,
    theirs
  }: {
    readonly ours: ReadonlyArray<Round>
    readonly theirs: ReadonlyArray<Round>
    readonly former: ReadonlyArray<Round> | undefined
  }
): ReadonlyArray<Row> => {
  const compared = (figure: string, unit: string, value: (of: ReadonlyArray<Round>) => number): Row => ({
    figure: `${name}: ${figure}`,
    unit,
    service: value(ours),
    anchor: value(theirs),
    ...(former === undefined ? {} : { before: value(former) })
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
