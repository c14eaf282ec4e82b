import { Duration, Effect, Exit, Fiber, HashMap, Layer, Option, Ref, Schedule } from "effect"
import type { Redacted } from "effect"
import { Leadership } from "../../ports/Leadership.ts"
import type { Role, Standing } from "../../ports/Leadership.ts"
import { DatabaseUrl } from "./Database.ts"
import * as DatabaseSession from "./DatabaseSession.ts"
import { asksEvery } from "./detection.ts"

/**
 * Session advisory locks, each on a connection of its own: the server gives them up when the connection ends, however
 * the process ended. A pooler between us and PostgreSQL must therefore keep sessions.
 */
export const layer: Layer.Layer<Leadership, never, DatabaseUrl> = Layer.effect(
  Leadership,
  Effect.gen(function* () {
    const url = yield* DatabaseUrl
    const standings = yield* Ref.make(HashMap.empty<Role, Standing>())
    const stands = (role: Role, standing: Standing) => Ref.update(standings, HashMap.set(role, standing))

    const leadOnce = <A, E, R>(role: Role, work: Effect.Effect<A, E, R>) =>
      Effect.gen(function* () {
        const session = yield* obtain(url, role, stands(role, "standby"))
        if (Option.isNone(session)) return Option.none()
        yield* Effect.acquireRelease(Effect.zipRight(stands(role, "leading"), told("role_taken", role)), () =>
          Effect.zipRight(stands(role, "undecided"), told("role_given_up", role))
        )
        return yield* runWhile(session.value, work)
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
        Effect.map(Ref.get(standings), known =>
          Option.getOrElse(HashMap.get(known, role), (): Standing => "undecided")
        )
    }
  })
)

const told = (event: string, role: Role) => Effect.annotateLogs(Effect.logInfo(event), { role })

/** First half of the locks' two-part keys. */
const lockSpace = 7_301_447

const roleNumber: Readonly<Record<Role, number>> = { gateway: 1, delivery: 2 }

/** A session that holds the role's lock until the scope closes; none when the connection fails first. */
const obtain = (url: Redacted.Redacted, role: Role, onTaken: Effect.Effect<void>) =>
  Effect.gen(function* () {
    const session = yield* DatabaseSession.open(url, `mochi-discord-${role}`)
    yield* takeLock(session, roleNumber[role], onTaken)
    return session
  }).pipe(Effect.option)

/** Runs `onTaken` at every try that finds the lock with somebody else. */
const takeLock = (session: DatabaseSession.DatabaseSession, key: number, onTaken: Effect.Effect<void>) =>
  session.query("select pg_try_advisory_lock($1, $2)", [lockSpace, key]).pipe(
    Effect.map(([row]) => row?.[0] === true),
    Effect.tap(held => (held ? Effect.void : onTaken)),
    Effect.repeat({ until: held => held, schedule: Schedule.spaced(Duration.millis(asksEvery)) })
  )

/** None when the session was lost first. Races of Effect do not wait for the loser to clean up; this does. */
const runWhile = <A, E, R>(session: DatabaseSession.DatabaseSession, work: Effect.Effect<A, E, R>) =>
  Effect.acquireUseRelease(
    Effect.fork(Effect.interruptible(work)),
    running =>
      Effect.gen(function* () {
        const lost = yield* Ref.make(false)
        yield* session.lost.pipe(
          Effect.zipRight(Ref.set(lost, true)),
          Effect.zipRight(Fiber.interrupt(running)),
          Effect.forkScoped
        )
        const exit = yield* Fiber.await(running)
        return (yield* Ref.get(lost)) && Exit.isInterrupted(exit)
          ? Option.none<A>()
          : Option.some(yield* exit)
      }),
    running => Fiber.interrupt(running)
  )
