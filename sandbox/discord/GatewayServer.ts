import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import { Either, Schema } from "effect"
import { WebSocketServer } from "ws"
import type { RawData, WebSocket } from "ws"
import { guarded } from "../guard.ts"
import { targetOf } from "../target.ts"
import { relayWorld } from "./gatewayEvents.ts"
import type { GatewayControl, Identify } from "./gatewayHandshake.ts"
import { makeHandshake } from "./gatewayHandshake.ts"
import type { Connection, Session } from "./GatewaySession.ts"
import { dispatch, op, shardOf } from "./GatewaySession.ts"
import type { State } from "./State.ts"

/** Discord accepts this many characters in a frame from a bot. */
const longestFrame = 4096

/** Controls for tests. Without a shard they apply to all shards. */
export interface Gateway {
  readonly sessions: () => ReadonlyArray<{
    readonly id: string
    readonly shard: readonly [number, number]
    readonly connected: boolean
    readonly seq: number
  }>
  readonly connections: () => number
  readonly identifies: ReadonlyArray<Identify>
  /** Cuts the sockets without a close frame; a client can resume the sessions. */
  readonly cut: (shard?: number) => void
  readonly close: (code: number, shard?: number) => void
  /** Sends op 7. */
  readonly reconnect: (shard?: number) => void
  /** Sends op 9, and ends the session unless it is resumable. */
  readonly invalidate: (resumable: boolean, shard?: number) => void
  /** Sends op 1. */
  readonly requestHeartbeat: (shard?: number) => void
  /** Sends these characters as they are. */
  readonly sendRaw: (text: string, shard?: number) => void
  /** Half-open sockets: the gateway neither acknowledges nor sends anything, and can replay the events later. */
  readonly mute: (on: boolean) => void
  /** Closes the socket of every IDENTIFY and RESUME with this code; null accepts them again. */
  readonly refuseWith: (code: number | null) => void
  /** Refuses new sockets. */
  readonly setDown: (down: boolean) => void
  /** Sends an event to the sessions of the guild's shard (DMs: shard 0); disconnected sessions keep it. */
  readonly dispatch: (type: string, guildId: string | null, data: unknown, intent?: number) => void
}

export interface GatewayServer extends Gateway {
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  readonly stop: () => void
}

const Frame = Schema.parseJson(Schema.Struct({ op: Schema.Number, d: Schema.optional(Schema.Unknown) }))
export const makeGatewayServer = (state: State): GatewayServer => {
  const { bus, settings } = state
  const server = new WebSocketServer({ noServer: true })
  const sessions = new Map<string, Session>()
  const connections = new Set<Connection>()
  const control: GatewayControl = { muted: false, refusal: null, down: false }

  const send = (connection: Connection, frame: { readonly op: number; readonly d: unknown }) => {
    if (!control.muted) connection.socket.send(JSON.stringify({ ...frame, s: null, t: null }))
  }
  const invalid = (connection: Connection, resumable: boolean) =>
    send(connection, { op: op.invalidSession, d: resumable })
  const { identifies, identify, resume } = makeHandshake(state, sessions, control, invalid)

  const receive = (connection: Connection, raw: RawData) => {
    const { socket } = connection
    const text = raw.toString()
    const now = Date.now()
    connection.received = [...connection.received.filter(at => now - at < 60_000), now]
    if (connection.received.length > 120) return socket.close(4008, "Rate limited.")
    const frame = Schema.decodeUnknownEither(Frame)(text)
    if (text.length > longestFrame || Either.isLeft(frame))
      return socket.close(4002, "Error while decoding payload.")
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
    const target = targetOf(request.url)
    const query = new URLSearchParams(target.query)
    const connection: Connection = { socket, session: null, beatAt: Date.now(), received: [] }
    if ((query.get("v") ?? "10") !== "10") return socket.close(4012, "Invalid API version.")
    if ((query.get("encoding") ?? "json") !== "json" || query.has("compress")) {
      return socket.close(4002, "This gateway supports uncompressed JSON only.")
    }
    connections.add(connection)
    const watch = setInterval(() => {
      if (Date.now() - connection.beatAt > 2 * settings.heartbeatIntervalMs)
        socket.close(4009, "Session timed out.")
    }, settings.heartbeatIntervalMs)
    watch.unref()
    socket.on("message", raw =>
      guarded(
        () => receive(connection, raw),
        () => socket.terminate()
      )
    )
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
    bus.emit({ _tag: "GatewayConnected", resumeUrl: target.path.startsWith("/resume") })
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
        // In both cases the socket has no session until the client asks for one again.
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
