import { Effect } from "effect"
import type { Scope } from "effect"
import { kudos } from "../actions.ts"
import * as Child from "../Child.ts"
import type { Ground } from "../Ground.ts"
import { median } from "../statistics.ts"
import * as Subject from "../Subject.ts"
import { rowOf } from "../Table.ts"
import type { Table } from "../Table.ts"
import { inTurn, withBefore } from "../turns.ts"

const rounds = 5

/** How long people are without an answer when a program starts again. */
export const start = (ground: Ground): Effect.Effect<Table, never, Scope.Scope> =>
  Effect.gen(function* () {
    const scenes = new Map(
      yield* Effect.forEach(withBefore(ground, ["service", "bare", "discord.js"]), side =>
        Effect.map(
          Effect.tap(Subject.scene(ground, side, { people: 10, mochiTakes: 0 }), firstStart),
          scene => [side, scene] as const
        )
      )
    )
    const measured = yield* inTurn(scenes, rounds, scene => Effect.scoped(untilAcknowledged(scene)))
    const connected = ({ connectedAfter }: Started) => connectedAfter
    const acknowledged = ({ acknowledgedAfter }: Started) => acknowledgedAfter
    const middle = (of: (started: Started) => number) => (all: ReadonlyArray<Started>) =>
      median(all.map(of)) / 1000
    return {
      title: "A start on what the last process left behind",
      note: `From the start of the process to the first acknowledgement of a /kudos that somebody sends as soon as the gateway has a session; the median of ${rounds}, in turn.`,
      rows: [
        rowOf("until the gateway has a session", "s", measured, middle(connected)),
        rowOf("until the first acknowledgement", "s", measured, middle(acknowledged), { atMost: 0.9 })
      ]
    }
  })

interface Started {
  readonly connectedAfter: number
  readonly acknowledgedAfter: number
}

/** Fills the database and the cache of compiled code. */
const firstStart = (scene: Subject.Scene) =>
  Effect.scoped(
    Effect.flatMap(Subject.start(scene), subject =>
      Effect.forEach(subject.crowd, member =>
        Effect.flatMap(kudos(subject, member), handle => handle.answered)
      ).pipe(Effect.orDie)
    )
  )

const untilAcknowledged = (scene: Subject.Scene): Effect.Effect<Started, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { crowd, discord } = scene
    const [member] = crowd
    if (member === undefined) return yield* Effect.dieMessage("nobody is there")
    const begun = performance.now()
    const child = yield* Child.start(scene.program)
    const session = () => (discord.gateway.sessions().some(({ connected }) => connected) ? true : undefined)
    yield* discord.until("a session", session, 30_000)
    const connectedAfter = performance.now() - begun
    const handle = yield* kudos({ ...scene, child }, member)
    yield* handle.acked
    const acknowledgedAfter = performance.now() - begun
    yield* handle.answered
    return { connectedAfter, acknowledgedAfter }
  }).pipe(Effect.orDie)
