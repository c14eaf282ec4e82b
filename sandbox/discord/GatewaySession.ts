import type { WebSocket } from "ws"

/** The gateway's opcodes that the fake sends or accepts. */
export const op = {
  dispatch: 0,
  heartbeat: 1,
  identify: 2,
  presence: 3,
  voice: 4,
  resume: 6,
  reconnect: 7,
  requestMembers: 8,
  invalidSession: 9,
  hello: 10,
  ack: 11
} as const

export const intents = {
  guilds: 1 << 0,
  guildMessages: 1 << 9,
  directMessages: 1 << 12,
  /** Members, presences and message content need Discord's approval. */
  privileged: (1 << 1) | (1 << 8) | (1 << 15)
} as const

/** One socket, before and after it has a session. */
export interface Connection {
  readonly socket: WebSocket
  session: Session | null
  /** Real time of the last heartbeat. */
  beatAt: number
  /** Real times of the frames received in the last minute. */
  received: ReadonlyArray<number>
}

export interface Session {
  readonly id: string
  readonly shard: readonly [number, number]
  readonly intents: number
  seq: number
  /** Events for a resume, those sent while no client was connected included. */
  history: Array<{ readonly seq: number; readonly frame: string }>
  connection: Connection | null
  /** Real time when the last connection ended. */
  lostAt: number
}

/** The newest events that a resume can bring back. */
const historyLimit = 10_000

export const dispatch = (session: Session, type: string, data: unknown, muted: boolean): void => {
  session.seq += 1
  const frame = JSON.stringify({ op: op.dispatch, t: type, s: session.seq, d: data })
  session.history.push({ seq: session.seq, frame })
  if (session.history.length > historyLimit * 1.1) session.history = session.history.slice(-historyLimit)
  if (!muted) session.connection?.socket.send(frame)
}

/** Sends the events that the client has not seen, and returns how many there were. */
export const replay = (session: Session, afterSeq: number): number => {
  const missed = session.history.filter(event => event.seq > afterSeq)
  for (const event of missed) session.connection?.socket.send(event.frame)
  return missed.length
}

export const shardOf = (guildId: string | null, shards: number): number =>
  guildId === null ? 0 : Number((BigInt(guildId) >> 22n) % BigInt(shards))
