import { Effect } from "effect"
import type { Scope } from "effect"
import { kudos } from "../actions.ts"
import * as Figures from "../figures.ts"
import type { Ground } from "../Ground.ts"
import { runRound } from "../load.ts"
import { generousMochi } from "../Subject.ts"
import { rowOf } from "../Table.ts"
import type { Table } from "../Table.ts"
import { inTurn, subjectsOf } from "../turns.ts"

const atOnce = 200
const rounds = 3
const mochiMillis = 50

/** Everybody thanks somebody in the same moment. */
export const burst = (ground: Ground): Effect.Effect<Table, never, Scope.Scope> =>
  Effect.gen(function* () {
    const subjects = yield* subjectsOf(ground, ["service", "bare", "discord.js"], {
      people: atOnce,
      mochiTakes: mochiMillis,
      environment: generousMochi
    })
    for (const subject of subjects.values()) yield* runRound(subject, kudos, { count: atOnce, perSecond: 50 })
    const measured = yield* inTurn(subjects, rounds, subject =>
      Effect.zipRight(
        Effect.sleep("500 millis"),
        runRound(subject, kudos, { count: atOnce, perSecond: Number.POSITIVE_INFINITY })
      )
    )
    return {
      title: `${atOnce} /kudos at once, Mochi takes ${mochiMillis} ms a call`,
      note: `${rounds} rounds each, in turn; figures are of the median round. The service may call Mochi ${generousMochi.MOCHI_MAX_CONCURRENT} times at once and ${generousMochi.MOCHI_MAX_PER_SECOND} times a second; the bots have no bound.`,
      rows: [
        rowOf("acknowledged p50", "ms", measured, Figures.ackAt(0.5)),
        rowOf("acknowledged p95", "ms", measured, Figures.ackAt(0.95), { atMost: 130 }),
        rowOf("answered p50", "ms", measured, Figures.answerAt(0.5)),
        rowOf("answered p95", "ms", measured, Figures.answerAt(0.95), { atMost: 1300 }),
        rowOf("CPU a /kudos", "ms", measured, Figures.cpu),
        rowOf("failed", "", measured, Figures.failures, { atMost: 0 })
      ]
    }
  })
