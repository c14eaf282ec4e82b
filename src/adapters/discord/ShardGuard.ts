import { setTimeout } from "node:timers/promises"
import { SimpleShardingStrategy, type WebSocketManager, WebSocketShard } from "@discordjs/ws"
import { WebSocket } from "ws"
import { KEEP_SESSION } from "./closeCodes.ts"

/** Milliseconds for Discord to answer a close before we cut the socket. */
const CLOSE_PATIENCE = 1500
const LONGEST_PAUSE = 5000

interface ShardHooks {
  /** Runs before every connection, including those that the package makes by itself. */
  readonly onConnecting: (shardId: number) => void
  readonly onBroken: (shardId: number, error: unknown) => void
}

/**
 * The package drops the promises of its socket handlers: a rejection would end the process, and a single `{"op":10}` from
 * the gateway can cause one. This catches them. The package also reconnects every half second for ever, even after its own
 * shutdown: here the pauses grow, and a stopped shard stays stopped.
 */
export class ShardGuard extends SimpleShardingStrategy {
  readonly #hooks: ShardHooks
  readonly #guarded: Array<WebSocketShard> = []
  readonly #failures = new Map<number, number>()
  #stopped = false

  constructor(manager: WebSocketManager, hooks: ShardHooks) {
    super(manager)
    this.#hooks = hooks
  }

  override async spawn(shardIds: number[]): Promise<void> {
    await super.spawn(shardIds)
    const shards: unknown = Reflect.get(this, "shards")
    if (!(shards instanceof Map)) throw new Error("the gateway package keeps its shards elsewhere")
    for (const shard of shards.values()) {
      if (!(shard instanceof WebSocketShard)) throw new Error("the gateway package has other shards")
      for (const method of ["internalConnect", "onMessage", "onClose", "heartbeat"])
        this.#guard(shard, method)
      this.#guarded.push(shard)
    }
  }

  /** Discord accepted the shard: its next pause is the shortest again. */
  connected(shardId: number): void {
    this.#failures.delete(shardId)
  }

  /** Closes every socket so that Discord keeps its session; takes at most `CLOSE_PATIENCE`. */
  async stop(): Promise<void> {
    this.#stopped = true
    const sockets = this.#guarded.map(shard => Reflect.get(shard, "connection"))
    const closed = this.destroy({ code: KEEP_SESSION, reason: "going away" })
    await Promise.race([closed, setTimeout(CLOSE_PATIENCE, undefined, { ref: false })])
    for (const socket of sockets) cut(socket)
  }

  #guard(shard: WebSocketShard, name: string): void {
    const method: unknown = Reflect.get(shard, name)
    if (typeof method !== "function") throw new Error(`the gateway package no longer has ${name}`)
    Reflect.set(shard, name, async (...args: ReadonlyArray<unknown>) => {
      try {
        if (name === "internalConnect") await this.#pause(shard.id)
        if (this.#stopped && name !== "onClose") return undefined
        if (name === "internalConnect") this.#hooks.onConnecting(shard.id)
        return await Reflect.apply(method, shard, args)
      } catch (error) {
        this.#hooks.onBroken(shard.id, error)
        return undefined
      }
    })
  }

  /** Adds to the package's own half second. */
  async #pause(shardId: number): Promise<void> {
    const failures = this.#failures.get(shardId) ?? 0
    this.#failures.set(shardId, failures + 1)
    if (failures < 2) return
    await setTimeout(Math.min(LONGEST_PAUSE, 250 * 2 ** failures) * (0.5 + Math.random() / 2), undefined, {
      ref: false
    })
  }
}

/** The package does not close a socket that is still opening, and one without a peer closes after 30 s. */
const cut = (socket: unknown): void => {
  if (!(socket instanceof WebSocket) || socket.readyState === WebSocket.CLOSED) return
  socket.on("error", () => undefined)
  socket.terminate()
}
