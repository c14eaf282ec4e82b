import { Effect, HashMap, Layer, Option, Ref } from "effect"
import { runUntilLost } from "../../context/runUntilLost.ts"
import { Leadership } from "../../ports/Leadership.ts"
import type { Role, Standing } from "../../ports/Leadership.ts"
import { Pulse } from "./Pulse.ts"

/**
 * Session advisory locks, on the process's own connection: the server releases them when the connection ends, however the
 * process ended. A pooler in front of PostgreSQL must therefore keep sessions.
 */
export const layer: Layer.Layer<Leadership, never, Pulse> = Layer.effect(
  Leadership,
  Effect.gen(function* () {
    const { holdRole } = yield* Pulse
    const standings = yield* Ref.make(HashMap.empty<Role, Standing>())
    const setStanding = (role: Role, standing: Standing) => Ref.update(standings, HashMap.set(role, standing))

    const leadOnce = <A, E, R>(role: Role, work: Effect.Effect<A, E, R>) =>
      Effect.gen(function* () {
        const lost = yield* holdRole(roleNumber[role], setStanding(role, "standby"))
        yield* Effect.acquireRelease(
          Effect.zipRight(setStanding(role, "leading"), logRole("role_taken", role)),
          () => Effect.zipRight(setStanding(role, "undecided"), logRole("role_given_up", role))
        )
        return yield* runUntilLost(lost, work)
      }).pipe(Effect.scoped)

    const whileLeading = <A, E, R>(role: Role, work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
      Effect.flatMap(
        leadOnce(role, work),
        Option.match({
          onNone: () => Effect.suspend(() => whileLeading(role, work)),
          onSome: Effect.succeed
        })
      )

    return {
      whileLeading,
      standing: (role: Role) =>
        Effect.map(Ref.get(standings), current =>
          Option.getOrElse(HashMap.get(current, role), (): Standing => "undecided")
        )
    }
  })
)

const logRole = (event: string, role: Role) => Effect.annotateLogs(Effect.logInfo(event), { role })

const roleNumber: Readonly<Record<Role, number>> = { gateway: 1, delivery: 2 }
