import { Duration, Effect, HashMap, Layer, Option, Ref, Schedule } from "effect"
import type { Redacted } from "effect"
import { runUntilLost } from "../../context/runUntilLost.ts"
import { Leadership } from "../../ports/Leadership.ts"
import type { Role, Standing } from "../../ports/Leadership.ts"
import { DatabaseUrl } from "./Database.ts"
import * as DatabaseSession from "./DatabaseSession.ts"
import { asksEvery } from "./detection.ts"

/**
 * Session advisory locks, each on a connection of its own: the server releases them when the connection ends, however the
 * process ended. A pooler in front of PostgreSQL must therefore keep sessions.
 */
export const layer: Layer.Layer<Leadership, never, DatabaseUrl> = Layer.effect(
  Leadership,
  Effect.gen(function* () {
    const url = yield* DatabaseUrl
    const standings = yield* Ref.make(HashMap.empty<Role, Standing>())
    const setStanding = (role: Role, standing: Standing) => Ref.update(standings, HashMap.set(role, standing))

    const leadOnce = <A, E, R>(role: Role, work: Effect.Effect<A, E, R>) =>
      Effect.gen(function* () {
        const session = yield* obtain(url, role, setStanding(role, "standby"))
        if (Option.isNone(session)) return Option.none()
        yield* Effect.acquireRelease(
          Effect.zipRight(setStanding(role, "leading"), logRole("role_taken", role)),
          () => Effect.zipRight(setStanding(role, "undecided"), logRole("role_given_up", role))
        )
        return yield* runUntilLost(session.value.lost, work)
      }).pipe(Effect.scoped)

    const whileLeading = <A, E, R>(role: Role, work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
      Effect.flatMap(
        leadOnce(role, work),
        Option.match({
          onNone: () =>
            Effect.delay(
              Effect.suspend(() => whileLeading(role, work)),
              Duration.millis(asksEvery)
            ),
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

/** First half of the locks' two-part keys. */
const lockSpace = 7_301_447

const roleNumber: Readonly<Record<Role, number>> = { gateway: 1, delivery: 2 }

/** A session that holds the role's lock until the scope closes; none if the connection fails first. */
const obtain = (url: Redacted.Redacted, role: Role, onTaken: Effect.Effect<void>) =>
  Effect.gen(function* () {
    const session = yield* DatabaseSession.open(url, `mochi-discord-${role}`)
    yield* takeLock(session, roleNumber[role], onTaken)
    return session
  }).pipe(Effect.option)

/** Runs `onTaken` at every try that finds the lock with another process. */
const takeLock = (session: DatabaseSession.DatabaseSession, key: number, onTaken: Effect.Effect<void>) =>
  session.query("select pg_try_advisory_lock($1, $2)", [lockSpace, key]).pipe(
    Effect.map(([row]) => row?.[0] === true),
    Effect.tap(held => (held ? Effect.void : onTaken)),
    Effect.repeat({ until: held => held, schedule: Schedule.spaced(Duration.millis(asksEvery)) })
  )
