import type { SessionInfo } from "@discordjs/ws"
import { Effect, Option } from "effect"
import type { GatewaySession, GatewaySessions } from "../../ports/GatewaySessions.ts"
import { isGatewayUrl } from "./GatewayAddress.ts"
import { INVALID_SEQUENCE } from "./closeCodes.ts"

/**
 * The sessions of the shards while they are connected. It forgets a session only if Discord says that it is invalid, and
 * never stores an event as seen that no handler took, so that Discord replays it.
 */
export interface ShardSessions {
  /** Runs before each connection: loads missing sessions, and drops those for another number of shards. */
  readonly prepare: (gateway: { readonly url: string; readonly shards: number }) => Effect.Effect<void>
  /** Number of shards that have to identify; Discord counts identifies. */
  readonly missing: () => number
  readonly retrieve: (shardId: number) => SessionInfo | null
  readonly update: (shardId: number, session: SessionInfo | null) => void
  /** Runs before each connection of a shard: after a failed one, its session moves to another address. */
  readonly connecting: (shardId: number) => void
  readonly greeted: (shardId: number) => void
  /** Discord accepted the shard, by READY or RESUMED. */
  readonly entered: (shardId: number) => void
  readonly closed: (shardId: number, code: number) => void
  readonly dispatched: (shardId: number, sequence: number | null, taken: boolean) => void
  /** Whether events wait at Discord because no handler took them. */
  readonly hasUntaken: () => boolean
  /** Until the next `prepare`, closing sockets do not change the sessions. */
  readonly freeze: () => void
  /** Stores the changes since the last time; the next save retries those that failed. */
  readonly save: Effect.Effect<void>
  readonly forgetAll: () => void
}

export const make = (store: GatewaySessions["Type"], bot: string): Effect.Effect<ShardSessions> =>
  Effect.map(Effect.makeSemaphore(1), semaphore => {
    const shards = new Map<number, Shard>()
    let frozen = true
    let gatewayUrl = ""
    const save = Effect.suspend(() =>
      Effect.forEach(shards, ([shardId, shard]) => saveShard(store, bot, shardId, shard), { discard: true })
    )
    return {
      prepare: ({ shards: shardCount, url }) =>
        Effect.gen(function* () {
          gatewayUrl = url
          for (const [shardId, shard] of shards) {
            if (shardId >= shardCount) shards.delete(shardId)
            else rewind(shard, shardCount)
          }
          for (let shardId = 0; shardId < shardCount; shardId++) {
            if (!shards.has(shardId))
              shards.set(shardId, yield* loadShard(store, bot, shardId, shardCount, url))
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
        shard.session = session === null ? null : reachable(session, gatewayUrl)
      },
      connecting: shardId => {
        const shard = shards.get(shardId)
        if (shard === undefined || frozen) return
        if (shard.attempt !== "none") afterFailure(shard, gatewayUrl)
        shard.attempt = "started"
      },
      greeted: shardId => {
        const shard = shards.get(shardId)
        if (shard === undefined) return
        shard.mayForget = true
        shard.attempt = "greeted"
      },
      entered: shardId => {
        const shard = shards.get(shardId)
        if (shard === undefined) return
        shard.attempt = "none"
        shard.failures = 0
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
  /** The package also drops valid sessions: after a network error, a missing HELLO or its own destruction. */
  mayForget: boolean
  /** How far the current connection attempt has come; `none` once Discord has accepted the shard. */
  attempt: "none" | "started" | "greeted"
  /** Consecutive connections that failed to resume the session. */
  failures: number
  saved: string | undefined
}

/** Resumes at the gateway's own address before the session is given up. */
const resumesTried = 2

/**
 * A session has an address of its own, which may be gone for good: after one failure there, the shard tries the gateway's
 * own address. There only Discord's silence or refusal counts: while it is unreachable, the session stays.
 */
const afterFailure = (shard: Shard, gatewayUrl: string) => {
  if (shard.session === null) return
  if (shard.failures > 0 && shard.attempt === "started") return
  shard.failures += 1
  shard.session = shard.failures > resumesTried ? null : { ...shard.session, resumeURL: gatewayUrl }
}

/** READY may name an unusable URL. */
const reachable = (session: SessionInfo, gatewayUrl: string): SessionInfo =>
  isGatewayUrl(session.resumeURL) ? session : { ...session, resumeURL: gatewayUrl }

const rewind = (shard: Shard, shardCount: number) => {
  shard.mayForget = false
  shard.untaken = false
  if (shard.session === null) return
  shard.session = shard.session.shardCount === shardCount ? { ...shard.session, sequence: shard.seen } : null
}

const loadShard = (
  store: GatewaySessions["Type"],
  bot: string,
  shardId: number,
  shardCount: number,
  gatewayUrl: string
) =>
  store.load(bot, shardId).pipe(
    Effect.retry({ times: 2 }),
    Effect.catchAll(error =>
      Effect.as(Effect.logWarning("gateway_session_unread", error), Option.none<GatewaySession>())
    ),
    Effect.map((stored): Shard => {
      const session = Option.filter(stored, ({ shardCount: count }) => count === shardCount)
      return {
        session: Option.match(session, {
          onNone: () => null,
          onSome: ({ resumeUrl, ...rest }) => reachable({ ...rest, resumeURL: resumeUrl }, gatewayUrl)
        }),
        seen: Option.match(session, { onNone: () => 0, onSome: ({ sequence }) => sequence }),
        untaken: false,
        mayForget: false,
        attempt: "none",
        failures: 0,
        saved: undefined
      }
    })
  )

const saveShard = (store: GatewaySessions["Type"], bot: string, shardId: number, shard: Shard) => {
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
  return store.save(bot, shardId, session).pipe(
    Effect.tap(() =>
      Effect.sync(() => {
        shard.saved = print
      })
    ),
    Effect.catchAll(error => Effect.logWarning("gateway_session_unsaved", error))
  )
}
