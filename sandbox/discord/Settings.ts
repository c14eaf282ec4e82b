import type { KeyObject } from "node:crypto"
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto"
import type { RouteLimit } from "./RateLimits.ts"

/** All optional; times are milliseconds. */
export interface FakeDiscordOptions {
  /** 0 or left out: any free port. */
  readonly port?: number
  readonly token?: string
  readonly applicationId?: string
  readonly botName?: string
  /** The 32-byte Ed25519 seed that signs HTTP interactions; a fresh key without it. */
  readonly privateKeySeed?: Uint8Array
  /** Where interactions are posted instead of going through the gateway. */
  readonly interactionsEndpoint?: string
  /** How many shards the gateway asks for; fewer are closed with 4011. */
  readonly shards?: number
  readonly maxConcurrency?: number
  readonly sessionStartLimit?: number
  /** The window within which `maxConcurrency` holds, 5000. */
  readonly identifyWindowMs?: number
  readonly heartbeatIntervalMs?: number
  /** How long a lost session can be resumed, 5 minutes of real time. */
  readonly sessionLifetimeMs?: number
  readonly allowPrivilegedIntents?: boolean
  readonly globalLimitPerSecond?: number
  /** By `METHOD /template`, over the built-in ones. */
  readonly routeLimits?: Readonly<Record<string, RouteLimit>>
  /** How long an interaction waits for its answer, 3000. */
  readonly ackDeadlineMs?: number
  /** How long an interaction token works, 15 minutes. */
  readonly tokenLifetimeMs?: number
  /** How long a nonce is remembered, 3 minutes. */
  readonly nonceWindowMs?: number
  /** New DMs beyond this are refused with 40003. */
  readonly dmOpens?: { readonly perSecond: number; readonly burst: number }
  /** Edits of messages older than an hour, by channel. */
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
