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

const offered = { count: 800, perSecond: 100 }
const mochiMillis = 50

/** Whether a program carries a high rate; the bare client shows that the machine does. */
export const rate = (ground: Ground): Effect.Effect<Table, never, Scope.Scope> =>
  Effect.gen(function* () {
    const subjects = yield* subjectsOf(ground, ["service", "bare"], {
      people: 400,
      mochiTakes: mochiMillis,
      environment: generousMochi
    })
    for (const subject of subjects.values()) yield* runRound(subject, kudos, { count: 100, perSecond: 40 })
    const measured = yield* inTurn(subjects, 1, subject => runRound(subject, kudos, offered))
    return {
      title: `${offered.perSecond} /kudos a second for ${offered.count / offered.perSecond} s, Mochi takes ${mochiMillis} ms a call`,
      note: "One round each. An answer counts if it says what was created.",
      rows: [
        rowOf("answered", "", measured, Figures.answered, { atLeast: offered.count }),
        rowOf("acknowledged p95", "ms", measured, Figures.ackAt(0.95)),
        rowOf("answered p50", "ms", measured, Figures.answerAt(0.5)),
        rowOf("answered p95", "ms", measured, Figures.answerAt(0.95), { atMost: 200 }),
        rowOf("CPU a /kudos", "ms", measured, Figures.cpu)
      ]
    }
  })
