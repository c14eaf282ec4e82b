import type { SessionInfo } from "@discordjs/ws"
import { Effect, Option } from "effect"
import type { GatewaySession, GatewaySessions } from "../../ports/GatewaySessions.ts"
import { INVALID_SEQUENCE } from "./closeCodes.ts"

/**
 * The sessions of the shards while they are connected. Guards two things: a session is forgotten only when
 * Discord says that it is void, and an event that no handler took is not stored as seen, so that Discord
 * replays it.
 */
export interface ShardSessions {
  /** Before each connection: fetches what is not known yet, drops what belongs to another number of shards. */
  readonly prepare: (shardCount: number) => Effect.Effect<void>
  /** Shards that have to identify; Discord counts these. */
  readonly missing: () => number
  readonly retrieve: (shardId: number) => SessionInfo | null
  readonly update: (shardId: number, session: SessionInfo | null) => void
  readonly greeted: (shardId: number) => void
  readonly closed: (shardId: number, code: number) => void
  readonly dispatched: (shardId: number, sequence: number | null, taken: boolean) => void
  /** Whether events wait at Discord because nobody took them. */
  readonly hasUntaken: () => boolean
  /** From here to the next `prepare` nothing of the sockets' closing touches the sessions. */
  readonly freeze: () => void
  /** Stores what changed since the last time; a store that fails is tried again next time. */
  readonly save: Effect.Effect<void>
  readonly forgetAll: () => void
}

export const make = (store: GatewaySessions["Type"]): Effect.Effect<ShardSessions> =>
  Effect.map(Effect.makeSemaphore(1), semaphore => {
    const shards = new Map<number, Shard>()
    let frozen = true
    const save = Effect.suspend(() =>
      Effect.forEach(shards, ([shardId, shard]) => saveShard(store, shardId, shard), { discard: true })
    )
    return {
      prepare: shardCount =>
        Effect.gen(function* () {
          for (const [shardId, shard] of shards) {
            if (shardId >= shardCount) shards.delete(shardId)
            else rewind(shard, shardCount)
          }
          for (let shardId = 0; shardId < shardCount; shardId++) {
            if (!shards.has(shardId)) shards.set(shardId, yield* loadShard(store, shardId, shardCount))
          }
          frozen = false
        }),
      missing: () => [...shards.values()].filter(shard => shard.session === null).length,
      retrieve: shardId => shards.get(shardId)?.session ?? null,
      update: (shardId, session) => {
        const shard = shards.get(shardId)
        if (shard === undefined || frozen) return
        if (session === null && !shard.mayForget) return
        if (session !== null && session.sessionId !== shard.session?.sessionId) {
          shard.seen = session.sequence
          shard.untaken = false
        }
        shard.session = session
      },
      greeted: shardId => {
        const shard = shards.get(shardId)
        if (shard !== undefined) shard.mayForget = true
      },
      closed: (shardId, code) => {
        const shard = shards.get(shardId)
        if (shard !== undefined) shard.mayForget = code === INVALID_SEQUENCE
      },
      dispatched: (shardId, sequence, taken) => {
        const shard = shards.get(shardId)
        if (shard === undefined || frozen) return
        if (!taken) shard.untaken = true
        if (!shard.untaken && sequence !== null) shard.seen = Math.max(shard.seen, sequence)
      },
      hasUntaken: () => [...shards.values()].some(shard => shard.untaken),
      freeze: () => {
        frozen = true
      },
      save: semaphore.withPermits(1)(save),
      forgetAll: () => shards.clear()
    }
  })

interface Shard {
  session: SessionInfo | null
  /** The last event that a handler took. */
  seen: number
  untaken: boolean
  /** The package also gives up good sessions: for a network error, a missing HELLO, its own destruction. */
  mayForget: boolean
  saved: string | undefined
}

const rewind = (shard: Shard, shardCount: number) => {
  shard.mayForget = false
  shard.untaken = false
  if (shard.session === null) return
  shard.session = shard.session.shardCount === shardCount ? { ...shard.session, sequence: shard.seen } : null
}

const loadShard = (store: GatewaySessions["Type"], shardId: number, shardCount: number) =>
  store.load(shardId).pipe(
    Effect.retry({ times: 2 }),
    Effect.catchAll(error =>
      Effect.as(Effect.logWarning("gateway_session_unread", error), Option.none<GatewaySession>())
    ),
    Effect.map((stored): Shard => {
      const session = Option.filter(stored, ({ shardCount: count }) => count === shardCount)
      return {
        session: Option.match(session, {
          onNone: () => null,
          onSome: ({ resumeUrl, ...rest }) => ({ ...rest, resumeURL: resumeUrl })
        }),
        seen: Option.match(session, { onNone: () => 0, onSome: ({ sequence }) => sequence }),
        untaken: false,
        mayForget: false,
        saved: undefined
      }
    })
  )

const saveShard = (store: GatewaySessions["Type"], shardId: number, shard: Shard) => {
  const session: GatewaySession | null =
    shard.session === null
      ? null
      : {
          shardId,
          shardCount: shard.session.shardCount,
          sessionId: shard.session.sessionId,
          resumeUrl: shard.session.resumeURL,
          sequence: shard.seen
        }
  const print = JSON.stringify(session)
  if (print === shard.saved) return Effect.void
  return store.save(shardId, session).pipe(
    Effect.tap(() =>
      Effect.sync(() => {
        shard.saved = print
      })
    ),
    Effect.catchAll(error => Effect.logWarning("gateway_session_unsaved", error))
  )
}
