import { randomBytes } from "node:crypto"
import { Either, Schema } from "effect"
import type { Connection, Session } from "./GatewaySession.ts"
import { dispatch, intents, replay, shardOf } from "./GatewaySession.ts"
import type { State } from "./State.ts"
import { guildCreatePayload, userPayload } from "./wire.ts"

export interface Identify {
  readonly shard: readonly [number, number]
  readonly intents: number
  /** Real time, milliseconds. */
  readonly at: number
}

/** Switches for the whole gateway. */
export interface GatewayControl {
  muted: boolean
  /** The close code for every IDENTIFY and RESUME. */
  refusal: number | null
  down: boolean
}

/** Gives a socket a session: a new one by IDENTIFY, an old one by RESUME. */
export interface Handshake {
  readonly identifies: ReadonlyArray<Identify>
  readonly identify: (connection: Connection, data: unknown) => void
  readonly resume: (connection: Connection, data: unknown) => void
}

export const makeHandshake = (
  state: State,
  sessions: Map<string, Session>,
  control: GatewayControl,
  invalid: (connection: Connection, resumable: boolean) => void
): Handshake => {
  const { bus, settings, world } = state
  const identifies: Array<Identify> = []
  /** Real time of the last identify, by concurrency lane. */
  const lastIdentify = new Map<number, number>()

  const refused = (connection: Connection, token: string) => {
    const code = state.tokenRefused || token !== settings.token ? 4004 : control.refusal
    if (code !== null) connection.socket.close(code)
    return code !== null
  }

  const identify = (connection: Connection, data: unknown) => {
    const decoded = Schema.decodeUnknownEither(Identification)(data)
    if (Either.isLeft(decoded)) return connection.socket.close(4002, "Error while decoding payload.")
    if (connection.session !== null) return connection.socket.close(4005, "Already authenticated.")
    const { intents: wanted, shard, token } = decoded.right
    if (refused(connection, token)) return
    const [index, count] = shard
    if (!Number.isInteger(index) || index < 0 || index >= count)
      return connection.socket.close(4010, "Invalid shard.")
    if (count < settings.shards) return connection.socket.close(4011, "Sharding required.")
    if (wanted < 0 || wanted >= 2 ** 27) return connection.socket.close(4013, "Invalid intent(s).")
    if (!settings.allowPrivilegedIntents && wanted & intents.privileged) {
      return connection.socket.close(4014, "Disallowed intent(s).")
    }
    const now = Date.now()
    const lane = index % settings.maxConcurrency
    if (now - (lastIdentify.get(lane) ?? 0) < settings.identifyWindowMs) return invalid(connection, false)
    lastIdentify.set(lane, now)
    if (state.sessionStartsLeft <= 0) {
      // Discord resets the token of a bot that starts too many sessions.
      state.tokenRefused = true
      return connection.socket.close(4004, "Authentication failed.")
    }
    state.sessionStartsLeft -= 1
    const session: Session = {
      id: randomBytes(16).toString("hex"),
      shard,
      intents: wanted,
      seq: 0,
      history: [],
      connection,
      lostAt: 0
    }
    sessions.set(session.id, session)
    connection.session = session
    identifies.push({ shard, intents: wanted, at: now })
    const mine = [...world.guilds.values()].filter(guild => shardOf(guild.id, count) === index)
    dispatch(
      session,
      "READY",
      ready(
        state,
        session,
        mine.map(guild => ({ id: guild.id, unavailable: true }))
      ),
      control.muted
    )
    if (wanted & intents.guilds) {
      for (const guild of mine)
        dispatch(session, "GUILD_CREATE", guildCreatePayload(guild, world), control.muted)
    }
    bus.emit({ _tag: "GatewayIdentified", sessionId: session.id, shard })
  }

  const resume = (connection: Connection, data: unknown) => {
    const decoded = Schema.decodeUnknownEither(Resumption)(data)
    if (Either.isLeft(decoded)) return connection.socket.close(4002, "Error while decoding payload.")
    if (connection.session !== null) return connection.socket.close(4005, "Already authenticated.")
    const { seq, session_id, token } = decoded.right
    if (refused(connection, token)) return
    const session = sessions.get(session_id)
    const expired = session?.connection === null && Date.now() - session.lostAt > settings.sessionLifetimeMs
    if (!session || expired) {
      sessions.delete(session_id)
      return invalid(connection, false)
    }
    if (seq > session.seq) return connection.socket.close(4007, "Invalid seq.")
    session.connection?.socket.terminate()
    session.connection = connection
    connection.session = session
    const replayed = control.muted ? 0 : replay(session, seq)
    dispatch(session, "RESUMED", { _trace: [] }, control.muted)
    bus.emit({ _tag: "GatewayResumed", sessionId: session.id, replayed })
  }

  return { identifies, identify, resume }
}

const Identification = Schema.Struct({
  token: Schema.String,
  intents: Schema.Number,
  properties: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
  shard: Schema.optionalWith(Schema.Tuple(Schema.Number, Schema.Number), { default: () => [0, 1] as const })
})
const Resumption = Schema.Struct({ token: Schema.String, session_id: Schema.String, seq: Schema.Number })

const ready = (state: State, session: Session, guilds: ReadonlyArray<unknown>) => ({
  v: 10,
  user: { ...userPayload(state.world.bot), verified: true, mfa_enabled: true, email: null, flags: 0 },
  guilds,
  session_id: session.id,
  session_type: "normal",
  resume_gateway_url: `${state.url.replace(/^http/, "ws")}/resume`,
  shard: session.shard,
  application: { id: state.settings.applicationId, flags: 0 },
  private_channels: [],
  relationships: [],
  presences: [],
  user_settings: {},
  geo_ordered_rtc_regions: []
})
