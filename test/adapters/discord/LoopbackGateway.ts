import { Effect } from "effect"
import type { Scope } from "effect"
import { WebSocketServer, type WebSocket } from "ws"

interface Frame {
  readonly op: number
  readonly d?: unknown
}

export interface Connection {
  readonly shard: number
  readonly entered: "identify" | "resume"
  readonly sequence: number
}

/** A gateway with one log of events: a RESUME replays what its sequence has not seen. */
export class LoopbackGateway {
  readonly server = new WebSocketServer({
    port: 0,
    host: "127.0.0.1",
    verifyClient: () => {
      this.attempts += 1
      return !this.refusing
    }
  })
  readonly connections: Array<Connection> = []
  readonly closeCodes: Array<number> = []
  readonly identified: Array<unknown> = []
  readonly sockets = new Set<WebSocket>()
  attempts = 0
  /** Turns away every socket, as a network that is down does. */
  refusing = false
  answersHeartbeats = true
  answersResumes = true
  /** What READY says of where to resume; this gateway itself unless told. */
  resumeUrl: unknown = undefined
  /** Closes with this code instead of RESUMED. */
  refuseResume: number | undefined = undefined
  /** Sent instead of, or before, anything the protocol asks for. */
  greeting: (count: number) => string | undefined = () => undefined
  /** Closes with this code instead of READY. */
  refuseIdentify: (shards: number) => number | undefined = () => undefined
  #sequence = 1
  #greeted = 0
  readonly #events: Array<{ readonly s: number; readonly frame: string }> = []

  constructor() {
    this.server.on("connection", socket => this.#serve(socket))
  }

  get url(): string {
    const address = this.server.address()
    return typeof address === "object" && address !== null ? `ws://127.0.0.1:${address.port}` : ""
  }

  interaction(id: string): void {
    this.#sequence += 1
    const frame = JSON.stringify({ op: 0, t: "INTERACTION_CREATE", s: this.#sequence, d: { id } })
    this.#events.push({ s: this.#sequence, frame })
    for (const socket of this.sockets) socket.send(frame)
  }

  raw(text: string): void {
    for (const socket of this.sockets) socket.send(text)
  }

  cut(): void {
    for (const socket of this.sockets) socket.terminate()
  }

  end(code: number): void {
    for (const socket of this.sockets) socket.close(code)
  }

  #serve(socket: WebSocket): void {
    socket.on("close", code => {
      this.sockets.delete(socket)
      this.closeCodes.push(code)
    })
    socket.on("error", () => undefined)
    socket.on("message", data => this.#hear(socket, JSON.parse(String(data))))
    this.#greeted += 1
    const greeting = this.greeting(this.#greeted)
    if (greeting !== "") socket.send(greeting ?? '{"op":10,"d":{"heartbeat_interval":150}}')
  }

  #hear(socket: WebSocket, { op, d }: Frame): void {
    const data = typeof d === "object" && d !== null ? d : {}
    if (op === 1 && this.answersHeartbeats) socket.send('{"op":11}')
    if (op === 2) {
      const [shard, shards] = "shard" in data && Array.isArray(data.shard) ? data.shard.map(Number) : [0, 1]
      const refusal = this.refuseIdentify(shards!)
      if (refusal !== undefined) {
        socket.close(refusal)
        return
      }
      this.connections.push({ shard: shard!, entered: "identify", sequence: 0 })
      this.identified.push(data)
      this.sockets.add(socket)
      const ready = {
        session_id: `session-${this.connections.length}`,
        resume_gateway_url: this.resumeUrl ?? this.url
      }
      socket.send(JSON.stringify({ op: 0, t: "READY", s: this.#sequence, d: ready }))
    }
    if (op === 6) {
      const sequence = "seq" in data ? Number(data.seq) : 0
      this.connections.push({ shard: 0, entered: "resume", sequence })
      if (!this.answersResumes) return
      if (this.refuseResume !== undefined) {
        socket.close(this.refuseResume)
        return
      }
      this.sockets.add(socket)
      for (const { s, frame } of this.#events) if (s > sequence) socket.send(frame)
      socket.send(JSON.stringify({ op: 0, t: "RESUMED", s: this.#sequence, d: {} }))
    }
  }
}

export const loopbackGateway: Effect.Effect<LoopbackGateway, never, Scope.Scope> = Effect.acquireRelease(
  Effect.async<LoopbackGateway>(resume => {
    const gateway = new LoopbackGateway()
    gateway.server.on("listening", () => resume(Effect.succeed(gateway)))
  }),
  ({ server }) =>
    Effect.sync(() => {
      for (const socket of server.clients) socket.terminate()
      server.close()
    })
)
