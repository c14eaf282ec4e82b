import { Effect } from "effect"
import type { Scope } from "effect"
import { kudos, typingIn } from "../actions.ts"
import type { Member } from "../Crowd.ts"
import * as Figures from "../figures.ts"
import type { Ground } from "../Ground.ts"
import { runRound } from "../load.ts"
import type { Subject } from "../Subject.ts"
import { rowOf } from "../Table.ts"
import type { Table } from "../Table.ts"
import { inTurn, subjectsOf } from "../turns.ts"

const mochiMillis = 50
const perSecond = 20
const rounds = 3
const perRound = 40

/** How soon a person has the answer to a `/kudos`. */
export const answer = (ground: Ground): Effect.Effect<Table, never, Scope.Scope> =>
  Effect.gen(function* () {
    // The first half of the crowd asks, the second half only receives.
    const subjects = yield* subjectsOf(ground, ["service", "bare", "discord.js"], {
      people: 2 * (2 * rounds + 1) * perRound,
      mochiTakes: mochiMillis
    })
    const group = ({ crowd }: Subject, number: number) =>
      crowd.slice(number * perRound, (number + 1) * perRound)
    const ask = (subject: Subject, people: ReadonlyArray<Member>) =>
      runRound(subject, kudos, { count: people.length, perSecond, people })

    for (const subject of subjects.values()) {
      const people = group(subject, 2 * rounds)
      yield* pick(subject, people)
      yield* ask(subject, people)
    }
    const firstContact = yield* inTurn(subjects, rounds, (subject, number) =>
      ask(subject, group(subject, number))
    )
    const picked = yield* inTurn(subjects, rounds, (subject, number) => {
      const people = group(subject, rounds + number)
      return Effect.zipRight(pick(subject, people), ask(subject, people))
    })
    return {
      title: `The answer to a /kudos, ${perSecond} a second, Mochi takes ${mochiMillis} ms a call`,
      note: `${rounds} rounds each, in turn, of ${perRound} people; figures are of the median round. First contact: people whom the program has never seen, with typed ids. Picked: people who have just picked application, vault and token from suggestions. The bots ask Mochi six times in a row.`,
      rows: [
        rowOf("picked: answered p50", "ms", picked, Figures.answerAt(0.5), { atMost: 120 }),
        rowOf("picked: answered p95", "ms", picked, Figures.answerAt(0.95)),
        rowOf("first contact: answered p50", "ms", firstContact, Figures.answerAt(0.5), { atMost: 215 }),
        rowOf("first contact: answered p95", "ms", firstContact, Figures.answerAt(0.95)),
        rowOf("failed", "", picked, Figures.failures, { atMost: 0 }),
        rowOf("first contact: failed", "", firstContact, Figures.failures, { atMost: 0 })
      ]
    }
  })

/** Each person fills in the three fields, and sees the suggestions of one before they go on to the next. */
const pick = (subject: Subject, people: ReadonlyArray<Member>) =>
  Effect.forEach(["application", "vault", "token"] as const, field =>
    runRound(subject, typingIn(field, ""), { count: people.length, perSecond: 40, people })
  )
