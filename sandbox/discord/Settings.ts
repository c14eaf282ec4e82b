import type { KeyObject } from "node:crypto"
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto"
import type { RouteLimit } from "./RateLimits.ts"

/** All optional; times are milliseconds. */
export interface FakeDiscordOptions {
  /** 0, the default: any free port. */
  readonly port?: number
  readonly token?: string
  readonly applicationId?: string
  readonly botName?: string
  /** The 32-byte Ed25519 seed that signs HTTP interactions; by default a fresh key. */
  readonly privateKeySeed?: Uint8Array
  /** Where Discord posts interactions instead of using the gateway. */
  readonly interactionsEndpoint?: string
  /** How many shards the gateway requires; it closes sockets with fewer with 4011. */
  readonly shards?: number
  readonly maxConcurrency?: number
  readonly sessionStartLimit?: number
  /** The window of `maxConcurrency`; by default 5000. */
  readonly identifyWindowMs?: number
  readonly heartbeatIntervalMs?: number
  /** How long a client can resume a lost session; by default 5 minutes of real time. */
  readonly sessionLifetimeMs?: number
  readonly allowPrivilegedIntents?: boolean
  readonly globalLimitPerSecond?: number
  /** By `METHOD /template`; they replace the built-in ones. */
  readonly routeLimits?: Readonly<Record<string, RouteLimit>>
  /** How long an interaction waits for its answer; by default 3000. */
  readonly ackDeadlineMs?: number
  /** How long an interaction token works; by default 15 minutes. */
  readonly tokenLifetimeMs?: number
  /** How long Discord remembers a nonce; by default 3 minutes. */
  readonly nonceWindowMs?: number
  /** The limit for new DMs; beyond it the answer is 40003. */
  readonly dmOpens?: { readonly perSecond: number; readonly burst: number }
  /** The limit for edits of messages older than an hour, for each channel. */
  readonly oldEdits?: RouteLimit
}

export interface Settings
  extends Required<Omit<FakeDiscordOptions, "privateKeySeed" | "interactionsEndpoint">> {
  readonly privateKey: KeyObject
  /** Hex. */
  readonly publicKey: string
}

export const makeSettings = (options: FakeDiscordOptions): Settings => {
  const privateKey = options.privateKeySeed
    ? fromSeed(options.privateKeySeed)
    : generateKeyPairSync("ed25519").privateKey
  const applicationId = options.applicationId ?? "1100000000000000001"
  return {
    port: options.port ?? 0,
    applicationId,
    token:
      options.token ??
      `${Buffer.from(applicationId).toString("base64url")}.sandbx.${randomBytes(28).toString("base64url")}`,
    botName: options.botName ?? "Mochi",
    privateKey,
    publicKey: createPublicKey(privateKey)
      .export({ format: "der", type: "spki" })
      .subarray(-32)
      .toString("hex"),
    shards: options.shards ?? 1,
    maxConcurrency: options.maxConcurrency ?? 1,
    sessionStartLimit: options.sessionStartLimit ?? 1000,
    identifyWindowMs: options.identifyWindowMs ?? 5000,
    heartbeatIntervalMs: options.heartbeatIntervalMs ?? 41_250,
    sessionLifetimeMs: options.sessionLifetimeMs ?? 300_000,
    allowPrivilegedIntents: options.allowPrivilegedIntents ?? false,
    globalLimitPerSecond: options.globalLimitPerSecond ?? 50,
    routeLimits: options.routeLimits ?? {},
    ackDeadlineMs: options.ackDeadlineMs ?? 3000,
    tokenLifetimeMs: options.tokenLifetimeMs ?? 900_000,
    nonceWindowMs: options.nonceWindowMs ?? 180_000,
    dmOpens: options.dmOpens ?? { perSecond: 10, burst: 15 },
    oldEdits: options.oldEdits ?? { limit: 30, windowMs: 3_600_000 }
  }
}

/** PKCS 8 of an Ed25519 key is this prefix and the seed. */
const pkcs8Prefix = Buffer.from("302e020100300506032b657004220420", "hex")

const fromSeed = (seed: Uint8Array) =>
  createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: "der", type: "pkcs8" })
