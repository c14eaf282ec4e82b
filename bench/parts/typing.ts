import { Effect, Fiber, Schedule } from "effect"
import type { Scope } from "effect"
import { Fault } from "../../sandbox/mochi/Faults.ts"
import { kudos } from "../actions.ts"
import type { Member } from "../Crowd.ts"
import * as Figures from "../figures.ts"
import type { Ground } from "../Ground.ts"
import { runRound } from "../load.ts"
import type { Round } from "../load.ts"
import { median } from "../statistics.ts"
import type { Subject } from "../Subject.ts"
import { rowOf } from "../Table.ts"
import type { Table } from "../Table.ts"
import { inTurn, subjectsOf } from "../turns.ts"

const mochiMillis = 50
/** Just under what a look-up for a suggestion may take. */
const slowMillis = 4900
const keystrokesPerSecond = 30
const vaults = 120
const others = { count: 60, perSecond: 12 }
const rounds = 3

/** One person types over a Mochi that is slow for them; everybody else goes on. */
export const typing = (ground: Ground): Effect.Effect<Table, never, Scope.Scope> =>
  Effect.gen(function* () {
    const subjects = yield* subjectsOf(ground, ["service"], { people: 100, mochiTakes: mochiMillis })
    for (const subject of subjects.values()) {
      yield* giveVaults(subject, typistOf(subject))
      yield* runRound(subject, kudos, { ...others, people: othersOf(subject) })
    }
    const measured = yield* inTurn(subjects, rounds, subject =>
      Effect.gen(function* () {
        const idle = yield* runRound(subject, kudos, { ...others, people: othersOf(subject) })
        const typist = yield* Effect.fork(typeOn(subject))
        yield* Effect.sleep("1 second")
        const busy = yield* runRound(subject, kudos, { ...others, people: othersOf(subject) })
        yield* Fiber.interrupt(typist)
        // What was looked up last is still under way.
        yield* Effect.sleep(slowMillis)
        return { idle, busy }
      })
    )
    return {
      title: `Others' /kudos while one person types ${keystrokesPerSecond} keystrokes a second over vaults whose balances take ${slowMillis / 1000} s`,
      note: `${rounds} rounds of ${others.perSecond} /kudos a second, each first without and then with the typist; figures are of the median round. Mochi takes ${mochiMillis} ms a call of others.`,
      rows: [
        rowOf("alone: answered p50", "ms", measured, pairs => Figures.answerAt(0.5)(pairs.map(idleOf))),
        rowOf("beside the typist: answered p50", "ms", measured, pairs =>
          Figures.answerAt(0.5)(pairs.map(busyOf))
        ),
        rowOf("beside the typist, to alone", "x", measured, slowdown, { atMost: 1.2 }),
        rowOf("beside the typist: acknowledged p95", "ms", measured, pairs =>
          Figures.ackAt(0.95)(pairs.map(busyOf))
        ),
        rowOf(
          "failed",
          "",
          measured,
          pairs => Figures.failures([...pairs.map(idleOf), ...pairs.map(busyOf)]),
          { atMost: 0 }
        )
      ]
    }
  })

/** Another vault with every keystroke, so that each asks for balances of its own. */
const typeOn = (subject: Subject): Effect.Effect<never> => {
  const typist = typistOf(subject)
  let keystroke = 0
  const press = Effect.suspend(() => {
    keystroke += 1
    return subject.discord.people.autocomplete({
      user: subject.userOf(typist),
      guild: subject.guild,
      name: "kudos",
      options: { application: typist.applicationId, vault: vaultOf(typist, keystroke % vaults) },
      focused: { name: "token", value: "" }
    })
  })
  return Effect.repeat(Effect.ignore(press), Schedule.fixed(1000 / keystrokesPerSecond)).pipe(
    Effect.zipRight(Effect.never)
  )
}

const typistOf = ({ crowd }: Subject): Member => {
  const [typist] = crowd
  if (typist === undefined) throw new Error("nobody is there")
  return typist
}

const othersOf = ({ crowd }: Subject) => crowd.slice(1)

const vaultOf = (typist: Member, index: number) => String(Number(typist.vaultId) + 1_000_000 + index)

/** The balances of all of them are slow. */
const giveVaults = ({ mochi }: Subject, typist: Member) =>
  Effect.zipRight(
    mochi.updateWorld(world => ({
      ...world,
      applications: world.applications.map(application =>
        application.id === typist.applicationId
          ? {
              ...application,
              vaults: Array.from({ length: vaults }, (_, index) => ({
                profileId: vaultOf(typist, index),
                name: `Vault ${index}`
              }))
            }
          : application
      )
    })),
    mochi.faults.add({
      fault: Fault.Latency({ duration: slowMillis - mochiMillis }),
      operations: ["balances"],
      about: `/profiles/${typist.profileId}/`
    })
  )

interface Pair {
  readonly idle: Round
  readonly busy: Round
}
const idleOf = ({ idle }: Pair) => idle
const busyOf = ({ busy }: Pair) => busy

const slowdown = (pairs: ReadonlyArray<Pair>) =>
  median(pairs.map(({ busy, idle }) => Figures.answerAt(0.5)([busy]) / Figures.answerAt(0.5)([idle])))
