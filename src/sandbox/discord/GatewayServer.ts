import { randomBytes } from "node:crypto"
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import { Either, Schema } from "effect"
import { WebSocketServer } from "ws"
import type { RawData, WebSocket } from "ws"
import { relayWorld } from "./gatewayEvents.ts"
import type { Connection, Session } from "./GatewaySession.ts"
import { dispatch, intents, op, replay, shardOf } from "./GatewaySession.ts"
import type { State } from "./State.ts"
import { guildCreatePayload, userPayload } from "./wire.ts"

export interface Identify {
  readonly shard: readonly [number, number]
  readonly intents: number
  /** Real time, milliseconds. */
  readonly at: number
}

/** What a test may do to the gateway. Without a shard it concerns all of them. */
export interface Gateway {
  readonly sessions: () => ReadonlyArray<{
    readonly id: string
    readonly shard: readonly [number, number]
    readonly connected: boolean
    readonly seq: number
  }>
  readonly connections: () => number
  readonly identifies: ReadonlyArray<Identify>
  /** Cuts the sockets without a close frame; the sessions can be resumed. */
  readonly cut: (shard?: number) => void
  readonly close: (code: number, shard?: number) => void
  /** Op 7. */
  readonly reconnect: (shard?: number) => void
  /** Op 9; not resumable ends the session. */
  readonly invalidate: (resumable: boolean, shard?: number) => void
  /** Op 1. */
  readonly requestHeartbeat: (shard?: number) => void
  /** Sends these characters as they are. */
  readonly sendRaw: (text: string, shard?: number) => void
  /** Half-open: sockets stay, but nothing is acknowledged or sent; what is dispatched meanwhile can be replayed. */
  readonly mute: (on: boolean) => void
  /** Closes every IDENTIFY and RESUME with this code; null takes them again. */
  readonly refuseWith: (code: number | null) => void
  /** Refuses new sockets. */
  readonly setDown: (down: boolean) => void
  /** Sends an event to the sessions of the guild's shard, DMs to shard 0; they keep it while disconnected. */
  readonly dispatch: (type: string, guildId: string | null, data: unknown, intent?: number) => void
}

export interface GatewayServer extends Gateway {
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  readonly stop: () => void
}

const Frame = Schema.parseJson(Schema.Struct({ op: Schema.Number, d: Schema.optional(Schema.Unknown) }))
const Identification = Schema.Struct({
  token: Schema.String,
  intents: Schema.Number,
  properties: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
  shard: Schema.optionalWith(Schema.Tuple(Schema.Number, Schema.Number), { default: () => [0, 1] as const })
})
const Resumption = Schema.Struct({ token: Schema.String, session_id: Schema.String, seq: Schema.Number })

export const makeGatewayServer = (state: State): GatewayServer => {
  const { bus, settings, world } = state
  const server = new WebSocketServer({ noServer: true })
  const sessions = new Map<string, Session>()
  const connections = new Set<Connection>()
  const identifies: Array<Identify> = []
  const lastIdentify = new Map<number, number>()
  const control: { muted: boolean; refusal: number | null; down: boolean } = {
    muted: false,
    refusal: null,
    down: false
  }

  const send = (connection: Connection, frame: { readonly op: number; readonly d: unknown }) => {
    if (!control.muted) connection.socket.send(JSON.stringify({ ...frame, s: null, t: null }))
  }
  const invalid = (connection: Connection, resumable: boolean) =>
    send(connection, { op: op.invalidSession, d: resumable })
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

  const receive = (connection: Connection, raw: RawData) => {
    const { socket } = connection
    const text = raw.toString()
    const now = Date.now()
    connection.received = [...connection.received.filter(at => now - at < 60_000), now]
    if (connection.received.length > 120) return socket.close(4008, "Rate limited.")
    const frame = Schema.decodeUnknownEither(Frame)(text)
    if (text.length > 4096 || Either.isLeft(frame)) return socket.close(4002, "Error while decoding payload.")
    switch (frame.right.op) {
      case op.heartbeat:
        connection.beatAt = now
        return send(connection, { op: op.ack, d: null })
      case op.identify:
        return identify(connection, frame.right.d)
      case op.resume:
        return resume(connection, frame.right.d)
      case op.presence:
      case op.voice:
      case op.requestMembers:
        return connection.session === null ? socket.close(4003, "Not authenticated.") : undefined
      default:
        return socket.close(4001, "Unknown opcode.")
    }
  }

  const accept = (socket: WebSocket, request: IncomingMessage) => {
    const url = new URL(request.url ?? "/", "ws://discord.invalid")
    const connection: Connection = { socket, session: null, beatAt: Date.now(), received: [] }
    if ((url.searchParams.get("v") ?? "10") !== "10") return socket.close(4012, "Invalid API version.")
    if ((url.searchParams.get("encoding") ?? "json") !== "json" || url.searchParams.has("compress")) {
      return socket.close(4002, "Only uncompressed JSON is spoken here.")
    }
    connections.add(connection)
    const watch = setInterval(() => {
      if (Date.now() - connection.beatAt > 2 * settings.heartbeatIntervalMs)
        socket.close(4009, "Session timed out.")
    }, settings.heartbeatIntervalMs)
    watch.unref()
    socket.on("message", raw => receive(connection, raw))
    socket.on("error", () => socket.terminate())
    socket.on("close", code => {
      clearInterval(watch)
      connections.delete(connection)
      const { session } = connection
      if (session?.connection === connection) {
        session.connection = null
        session.lostAt = Date.now()
        if ([1000, 1001, 4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014].includes(code))
          sessions.delete(session.id)
      }
      bus.emit({ _tag: "GatewayClosed", code, sessionId: session?.id ?? null })
    })
    send(connection, { op: op.hello, d: { heartbeat_interval: settings.heartbeatIntervalMs, _trace: [] } })
    bus.emit({ _tag: "GatewayConnected", resumeUrl: url.pathname.startsWith("/resume") })
  }

  const each = (shard: number | undefined, act: (connection: Connection) => void) => {
    for (const connection of [...connections]) {
      if (shard === undefined || connection.session?.shard[0] === shard) act(connection)
    }
  }
  const gateway: Gateway = {
    sessions: () =>
      [...sessions.values()].map(({ connection, id, seq, shard }) => ({
        id,
        shard,
        seq,
        connected: connection !== null
      })),
    connections: () => connections.size,
    identifies,
    cut: shard => each(shard, ({ socket }) => socket.terminate()),
    close: (code, shard) => each(shard, ({ socket }) => socket.close(code)),
    reconnect: shard => each(shard, connection => send(connection, { op: op.reconnect, d: null })),
    invalidate: (resumable, shard) =>
      each(shard, connection => {
        const { session } = connection
        invalid(connection, resumable)
        // Either way the socket has no session until the client asks for one again.
        connection.session = null
        if (session === null) return
        session.connection = null
        session.lostAt = Date.now()
        if (!resumable) sessions.delete(session.id)
      }),
    requestHeartbeat: shard => each(shard, connection => send(connection, { op: op.heartbeat, d: null })),
    sendRaw: (text, shard) => each(shard, ({ socket }) => socket.send(text)),
    mute: on => {
      control.muted = on
    },
    refuseWith: code => {
      control.refusal = code
    },
    setDown: down => {
      control.down = down
    },
    dispatch: (type, guildId, data, intent) => {
      for (const session of sessions.values()) {
        const [index, count] = session.shard
        const wanted = intent === undefined || (session.intents & intent) !== 0
        if (wanted && shardOf(guildId, count) === index) dispatch(session, type, data, control.muted)
      }
    }
  }
  const stopRelay = relayWorld(state, gateway)

  return {
    ...gateway,
    upgrade: (request, socket, head) => {
      if (control.down) socket.destroy()
      else server.handleUpgrade(request, socket, head, accepted => accept(accepted, request))
    },
    stop: () => {
      stopRelay()
      for (const { socket } of connections) socket.terminate()
      server.close()
    }
  }
}

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
