import { Effect, HashMap, Layer, Option, Ref } from "effect"
import { runUntilLost } from "../../context/runUntilLost.ts"
import { Leadership } from "../../ports/Leadership.ts"
import type { Role, Standing } from "../../ports/Leadership.ts"
import { Process, runs } from "./Process.ts"
import type { State } from "./State.ts"
import { Tables } from "./Tables.ts"

/** A role is free once the process that has it gives it up or ends. */
export const layer: Layer.Layer<Leadership, never, Tables | Process> = Layer.effect(
  Leadership,
  Effect.gen(function* () {
    const tables = yield* Tables
    const { id } = yield* Process
    const standings = yield* Ref.make(HashMap.empty<Role, Standing>())
    const setStanding = (role: Role, standing: Standing) => Ref.update(standings, HashMap.set(role, standing))

    const leads = (state: State, role: Role) =>
      runs(state, id) && Option.contains(HashMap.get(state.roles, role), id)

    const obtain = (role: Role): Effect.Effect<void> =>
      Effect.gen(function* () {
        const change = yield* tables.nextChange
        const isMine = yield* tables.change(state => {
          const isFree = !Option.exists(HashMap.get(state.roles, role), leader => runs(state, leader))
          return isFree && runs(state, id)
            ? [true, { ...state, roles: HashMap.set(state.roles, role, id) }]
            : [false, state]
        })
        if (isMine) return yield* setStanding(role, "leading")
        yield* setStanding(role, "standby")
        yield* Effect.interruptible(change)
        return yield* obtain(role)
      })

    const giveUp = (role: Role) =>
      tables
        .update(state =>
          Option.contains(HashMap.get(state.roles, role), id)
            ? { ...state, roles: HashMap.remove(state.roles, role) }
            : state
        )
        .pipe(Effect.zipRight(setStanding(role, "undecided")))

    /** Ends once this process no longer leads. */
    const awaitLoss = (role: Role): Effect.Effect<void> =>
      Effect.gen(function* () {
        const change = yield* tables.nextChange
        if (!(yield* tables.read(state => leads(state, role)))) return
        yield* change
        yield* awaitLoss(role)
      })

    const whileLeading = <A, E, R>(role: Role, work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
      Effect.acquireUseRelease(
        obtain(role),
        () => runUntilLost(awaitLoss(role), work),
        () => giveUp(role)
      ).pipe(
        Effect.flatMap(
          Option.match({
            onNone: () => Effect.suspend(() => whileLeading(role, work)),
            onSome: Effect.succeed
          })
        )
      )

    return {
      whileLeading,
      standing: role =>
        Effect.map(Ref.get(standings), all =>
          Option.getOrElse(HashMap.get(all, role), (): Standing => "undecided")
        )
    }
  })
)
