/**
 * The one session of a process: a connection outside the pool, so that a busy pool costs neither lease nor role. Each beat
 * is one statement: it renews the process's lease, tries for the roles that the process waits for, and looks for what waits
 * to be done. A beat with an answer proves that the session lives, and with it every lock that it holds.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import { Context, Deferred, Effect, Layer, Queue, Ref, Schema } from "effect"
import type { Scope } from "effect"
import { untilNext } from "../../context/inStep.ts"
import { monotonicMillis } from "../../context/monotonic.ts"
import type { StoreUnavailable } from "../../ports/StoreUnavailable.ts"
import { DatabaseUrl } from "./Database.ts"
import * as DatabaseSession from "./DatabaseSession.ts"
import { asksEvery, asksForRolesEvery, leaseLapsesAfter } from "./detection.ts"
import { Lookout } from "./Lookout.ts"
import { type BeatStatement, beatStatement, leaseKeptFor, roleLockSpace } from "./pulseStatement.ts"
import { asStoreUnavailable } from "./storeErrors.ts"

interface Lease {
  readonly id: number
  /** When this process asked for the last granted renewal, by its monotonic clock. */
  readonly provenAt: number
}

export class Pulse extends Context.Tag("mochi/adapters/postgres/Pulse")<
  Pulse,
  {
    readonly lease: Effect.Effect<Lease>
    /**
     * Waits for the lock of a role, and holds it until the scope closes; the result ends when the session is lost, and the
     * lock with it. Runs `onTaken` at every try that finds the lock with another process.
     */
    readonly holdRole: (
      role: number,
      onTaken: Effect.Effect<void>
    ) => Effect.Effect<Effect.Effect<void>, never, Scope.Scope>
  }
>() {}

interface Hold {
  readonly lost: Effect.Effect<void>
  readonly release: Effect.Effect<void>
}

interface Wait {
  readonly onTaken: Effect.Effect<void>
  readonly granted: Deferred.Deferred<Hold>
}

interface Watch {
  readonly look: string
  readonly onWaiting: () => void
  waits: boolean
}

/** A table that somebody else has locked for longer costs the looks, and neither lease nor role. */
const lookWaitsForLocks = { lock_timeout: "1000" }

const openSession = Effect.flatMap(DatabaseUrl, url =>
  DatabaseSession.open(url, "mochi-discord-process", lookWaitsForLocks)
)

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const lease = yield* Ref.make<Lease>({ id: noLease, provenAt: 0 })
  const waiting = new Map<number, Wait>()
  let looks: ReadonlyArray<Watch> = []
  let beatWithLooks = beatWithout
  /** Somebody asks for the next beat at once. */
  const nudge = yield* Queue.sliding<void>(1)

  const beatOn = (session: DatabaseSession.DatabaseSession) => {
    let locked = noLease

    const holdOf = (role: number): Hold => ({
      lost: session.ended,
      release: session.query("select pg_advisory_unlock($1, $2)", [roleLockSpace, role]).pipe(
        Effect.catchAll(() => session.end),
        Effect.asVoid
      )
    })

    const ask = Effect.fnUntraced(function* ({ name, text }: BeatStatement, tried: ReadonlyArray<number>) {
      const before = yield* Ref.get(lease)
      const provenAt = yield* monotonicMillis
      const rows = yield* session.query(text, [before.id, leaseLapsesAfter, locked, [...tried]], name)
      const [[id, granted, seen]] = yield* decodeBeat(rows)
      yield* Ref.set(lease, { id, provenAt })
      locked = id
      if (before.id !== id && before.id !== noLease)
        yield* Effect.annotateLogs(Effect.logWarning("process_lease_lapsed"), { lapsed: before.id, now: id })
      return { granted, seen }
    })

    return Effect.gen(function* () {
      const [looked, tried] = [looks, [...waiting.keys()]]
      const { granted, seen } = yield* Effect.orElse(ask(beatWithLooks, tried), () => ask(beatWithout, tried))
      for (const [index, watch] of looked.entries()) {
        watch.waits = seen[index] ?? true
        if (watch.waits) watch.onWaiting()
      }
      for (const role of tried) {
        const wait = waiting.get(role)
        if (!granted.includes(role)) yield* wait?.onTaken ?? Effect.void
        else if (wait === undefined) yield* holdOf(role).release
        else {
          waiting.delete(role)
          Deferred.unsafeDone(wait.granted, Effect.succeed(holdOf(role)))
        }
      }
    })
  }

  const pause = Effect.flatMap(monotonicMillis, now => {
    const pauses = untilNext(waiting.size > 0 ? asksForRolesEvery : asksEvery, now)
    const timer = setTimeout(() => nudge.unsafeOffer(), pauses)
    return Effect.ensuring(
      nudge.take,
      Effect.sync(() => clearTimeout(timer))
    )
  })

  const begun = yield* Deferred.make<void, StoreUnavailable>()
  const beating = Effect.gen(function* () {
    const session = yield* openSession
    const beat = beatOn(session)
    yield* beat
    yield* Deferred.succeed(begun, undefined)
    // A beat that the server refuses renews nothing; but it had an answer, so the session keeps its locks.
    yield* Effect.raceFirst(session.ended, Effect.forever(Effect.zipRight(pause, Effect.ignore(beat))))
  }).pipe(
    Effect.scoped,
    asStoreUnavailable("Pulse"),
    Effect.catchAll(error => Deferred.fail(begun, error)),
    Effect.zipRight(Effect.sleep("200 millis")),
    Effect.forever
  )

  yield* sql`delete from processes where seen_at < now() - ${leaseKeptFor}::interval`
  // After an orderly end other processes may take the work over at once. The row of the lapsed lease stays: without one,
  // `hasLapsed` sees a release without leases.
  yield* Effect.addFinalizer(() =>
    Effect.flatMap(
      Ref.get(lease),
      ({ id }) => sql`update processes set seen_at = clock_timestamp() - interval '1 hour' where id = ${id}`
    ).pipe(Effect.timeout("2 seconds"), Effect.ignoreLogged)
  )
  yield* Effect.forkScoped(Effect.withTracerEnabled(beating, false))
  yield* Deferred.await(begun)

  const holdRole = (role: number, onTaken: Effect.Effect<void>) =>
    Effect.uninterruptibleMask(restore =>
      Effect.gen(function* () {
        const granted = yield* Deferred.make<Hold>()
        waiting.set(role, { onTaken, granted })
        yield* nudge.offer()
        const hold = yield* Effect.onInterrupt(restore(Deferred.await(granted)), () =>
          waiting.delete(role)
            ? Effect.void
            : Effect.flatMap(Deferred.await(granted), ({ release }) => release)
        )
        yield* Effect.addFinalizer(() => hold.release)
        return hold.lost
      })
    )

  return Context.make(Pulse, { lease: Ref.get(lease), holdRole }).pipe(
    Context.add(Lookout, {
      watch: (look: string, onWaiting: () => void = () => undefined) =>
        Effect.sync(() => {
          const watch: Watch = { look, onWaiting, waits: true }
          looks = [...looks, watch]
          beatWithLooks = beatStatement(looks.map(({ look }) => look))
          return Effect.sync(() => watch.waits)
        })
    })
  )
})

/** For a beat whose looks fail. */
const beatWithout = beatStatement([])

/** No process has it. */
const noLease = 0

const decodeBeat = Schema.decodeUnknown(
  Schema.Tuple(Schema.Tuple(Schema.Int, Schema.Array(Schema.Int), Schema.Array(Schema.Boolean)))
)

export const layer: Layer.Layer<Pulse | Lookout, StoreUnavailable, SqlClient.SqlClient | DatabaseUrl> =
  Layer.scopedContext(asStoreUnavailable("Pulse")(make))
