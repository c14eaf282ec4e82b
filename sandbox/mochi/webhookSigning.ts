import { randomBytes } from "node:crypto"
import { Webhook } from "standardwebhooks"
import { generateKeyPair, publicKeyOf, signBytes } from "./ed25519.ts"

/** The four inputs of a Standard Webhooks signature. */
export interface Signable {
  readonly id: string
  /** seconds since 1970 */
  readonly timestamp: number
  readonly body: string
  /** `whsec_…` signs `v1`, `whsk_…` signs `v1a`; each adds one signature, in this order */
  readonly secrets: ReadonlyArray<string>
}

/** `webhook-id`, `webhook-timestamp` and `webhook-signature`, per the Standard Webhooks specification. */
export const signedHeaders = (signable: Signable): Record<string, string> => ({
  "webhook-id": signable.id,
  "webhook-timestamp": String(signable.timestamp),
  "webhook-signature": signable.secrets.map(secret => signature(signable, secret)).join(" ")
})

/** `whsec_` and 32 random bytes. */
export const generateHmacSecret = (): string => `whsec_${randomBytes(32).toString("base64")}`

/** Mochi keeps the signing key (`whsk_…`); the bot's settings have the public key (`whpk_…`). */
export const generateSigningKey = (): { readonly secret: string; readonly publicKey: string } => {
  const { seed, publicKey } = generateKeyPair()
  return {
    secret: `whsk_${Buffer.concat([seed, publicKey]).toString("base64")}`,
    publicKey: `whpk_${publicKey.toString("base64")}`
  }
}

/** The `whpk_…` for a `whsk_…`. */
export const publicKeyFor = (secret: string): string =>
  `whpk_${publicKeyOf(seedOf(secret)).toString("base64")}`

const signature = ({ id, timestamp, body }: Signable, secret: string): string =>
  secret.startsWith("whsk_")
    ? `v1a,${signBytes(seedOf(secret), Buffer.from(`${id}.${timestamp}.${body}`)).toString("base64")}`
    : new Webhook(secret).sign(id, new Date(timestamp * 1000), body)

/** The secret is a 32-byte seed, or the seed followed by the public key. */
const seedOf = (secret: string): Buffer => Buffer.from(secret.slice("whsk_".length), "base64").subarray(0, 32)
