import { Effect } from "effect"
import type { Scope } from "effect"
import { approving, kudos, typing } from "../actions.ts"
import * as Figures from "../figures.ts"
import type { Ground } from "../Ground.ts"
import { runRound } from "../load.ts"
import type { Round } from "../load.ts"
import type { OfSides } from "../sides.ts"
import type { Subject } from "../Subject.ts"
import { rowOf } from "../Table.ts"
import type { Row, Table, Target } from "../Table.ts"
import { inTurn, subjectsOf } from "../turns.ts"

const mochiMillis = 50
const perSecond = 20
const kudosLoad = { rounds: 3, count: 120, perSecond }
const buttonLoad = { rounds: 3, count: 60, perSecond }
/** Within eight seconds of the keystroke that looked the lists up, four more of each person. */
const keystrokes = { rounds: 3, people: 20, count: 80, perSecond: 30 }

/** Acknowledgements and CPU time at a steady rate. */
export const ack = (ground: Ground): Effect.Effect<Table, never, Scope.Scope> =>
  Effect.gen(function* () {
    const subjects = yield* subjectsOf(ground, ["service", "bare", "discord.js"], {
      people: 200,
      mochiTakes: mochiMillis
    })
    const warmUp = { count: 80, perSecond: 50 }
    for (const subject of subjects.values())
      for (const action of [kudos, approving, typing]) yield* runRound(subject, action, warmUp)

    const ofKudos = yield* inTurn(subjects, kudosLoad.rounds, subject => runRound(subject, kudos, kudosLoad))
    const ofButtons = yield* inTurn(subjects, buttonLoad.rounds, subject =>
      runRound(subject, approving, buttonLoad)
    )
    const ofKeystrokes = yield* inTurn(subjects, keystrokes.rounds, typeAgain)
    return {
      title: `Acknowledgement and CPU time: ${perSecond} interactions a second (keystrokes: ${keystrokes.perSecond}), Mochi takes ${mochiMillis} ms a call`,
      note: "Three rounds each, in turn; figures are of the median round. CPU time is that of the program's process without PostgreSQL. Keystrokes are answered from lists that the program looked up for an earlier keystroke. Tests count SQL statements.",
      rows: [
        ...acknowledged("/kudos", ofKudos, [
          { times: 2, of: "bare", orAtMost: 10 },
          { times: 2, of: "bare", orAtMost: 10 }
        ]),
        rowOf("/kudos: answered p50", "ms", ofKudos, Figures.answerAt(0.5)),
        ...costs("/kudos", ofKudos, 2.3),
        ...acknowledged("button", ofButtons),
        rowOf("button: done p50", "ms", ofButtons, Figures.answerAt(0.5)),
        ...costs("button", ofButtons, 2.3),
        ...acknowledged("autocomplete", ofKeystrokes),
        ...costs("autocomplete", ofKeystrokes, 1.3),
        rowOf("autocomplete: calls to Mochi", "", ofKeystrokes, lookUps, { atMost: 0 })
      ]
    }
  })

type Rounds = OfSides<ReadonlyArray<Round>>

const acknowledged = (name: string, rounds: Rounds, [p50, p99]: ReadonlyArray<Target> = []) => [
  rowOf(`${name}: acknowledged p50`, "ms", rounds, Figures.ackAt(0.5), p50),
  rowOf(`${name}: acknowledged p99`, "ms", rounds, Figures.ackAt(0.99), p99)
]

const costs = (name: string, rounds: Rounds, times: number): ReadonlyArray<Row> => [
  rowOf(`${name}: CPU`, "ms", rounds, Figures.cpu, { times, of: "discord.js" }),
  rowOf(`${name}: failed`, "", rounds, Figures.failures, { atMost: 0 })
]

interface Keystrokes extends Round {
  readonly lookUps: number
}

/** Each person types once, unmeasured, and then goes on. */
const typeAgain = (subject: Subject, number: number): Effect.Effect<Keystrokes> =>
  Effect.gen(function* () {
    const { mochi } = subject
    const first = number * keystrokes.people
    const people = subject.crowd.slice(first, first + keystrokes.people)
    yield* runRound(subject, typing, { count: people.length, perSecond: 40, people })
    yield* mochi.forgetCalls
    const round = yield* runRound(subject, typing, { ...keystrokes, people })
    const calls = yield* mochi.calls
    return { ...round, lookUps: calls.filter(({ operation }) => operation !== "health").length }
  })

const lookUps = (rounds: ReadonlyArray<Keystrokes>) => rounds.reduce((sum, round) => sum + round.lookUps, 0)
