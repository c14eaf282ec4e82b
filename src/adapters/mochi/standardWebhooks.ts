/**
 * Standard Webhooks (https://www.standardwebhooks.com): `v1` is HMAC-SHA256, `v1a` Ed25519, both over `{id}.{timestamp}.`
 * and the body. Accepts only the exact bytes that were sent: no timestamp in another notation, and no base64 that merely
 * decodes to the same signature. The package `standardwebhooks` decodes the body as text first, so that broken UTF-8 could
 * pass for a replacement character; hence Node's own HMAC over the bytes.
 */
import { createHmac, createPublicKey, timingSafeEqual, verify } from "node:crypto"
import { Either, Redacted } from "effect"
import type { WebhookSecret } from "../../config/parsers.ts"
import { SignatureRefused } from "../../ports/Signatures.ts"
import type { Headers, SignedBytes } from "../../ports/Signatures.ts"

/** How far the timestamp may be from now, either way, in seconds. */
const tolerance = 5 * 60

/** A check of a signature over exactly these bytes. */
type Verifier = (signed: {
  readonly id: string
  readonly timestamp: string
  readonly body: Uint8Array
  /** Version and signature, as in the header: `v1,…`. */
  readonly signature: string
}) => boolean

export const verifierOf = (secret: WebhookSecret): Verifier => {
  switch (secret._tag) {
    case "Hmac":
      return hmac(secret.key)
    case "Ed25519":
      return ed25519(secret.publicKey)
  }
}

/** The webhook's id. */
export const verifyWebhook = (
  { body, headers }: SignedBytes,
  verifiers: ReadonlyArray<Verifier>,
  nowMillis: number
): Either.Either<string, SignatureRefused> =>
  Either.flatMap(inspectHeaders(headers, nowMillis), ({ id, signatures, timestamp }) =>
    signatures.some(signature => verifiers.some(matching => matching({ id, timestamp, body, signature })))
      ? Either.right(id)
      : refused("mismatch")
  )

/** Everything that the headers alone decide. Returns only well-formed signatures. */
export const inspectHeaders = (
  headers: Headers,
  nowMillis: number
): Either.Either<
  { readonly id: string; readonly timestamp: string; readonly signatures: ReadonlyArray<string> },
  SignatureRefused
> => {
  const { "webhook-id": id, "webhook-signature": signed, "webhook-timestamp": timestamp } = headers
  if (id === undefined || !/^[!-~]{1,255}$/.test(id)) return refused("malformed")
  if (timestamp === undefined || !/^[1-9]\d{0,11}$/.test(timestamp)) return refused("malformed")
  const signatures = signed?.split(separator, mostSignatures).filter(one => wellFormed.test(one)) ?? []
  if (signatures.length === 0) return refused("malformed")
  if (Math.abs(Math.floor(nowMillis / 1000) - Number(timestamp)) > tolerance) return refused("stale")
  return Either.right({ id, timestamp, signatures })
}

/** Node joins the signatures of several header lines with a comma. */
const separator = /,?[ \t]+/

/** 32 bytes of an HMAC, or 64 of an Ed25519 signature, in base64. */
const wellFormed = /^(v1,[A-Za-z0-9+/]{43}=|v1a,[A-Za-z0-9+/]{86}==)$/

/** Rotation needs two or three; a header full of signatures would only cost work. */
const mostSignatures = 16

const hmac =
  (key: Redacted.Redacted<Uint8Array>): Verifier =>
  ({ body, id, signature, timestamp }) => {
    const mac = createHmac("sha256", Redacted.value(key)).update(`${id}.${timestamp}.`).update(body)
    return sameText(`v1,${mac.digest("base64")}`, signature)
  }

const ed25519 = (publicKey: Uint8Array): Verifier => {
  const x = Buffer.from(publicKey).toString("base64url")
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" })
  return ({ body, id, signature, timestamp }) => {
    if (!signature.startsWith("v1a,")) return false
    const encoded = signature.slice("v1a,".length)
    const bytes = Buffer.from(encoded, "base64")
    if (bytes.length !== 64 || bytes.toString("base64") !== encoded) return false
    return verify(null, Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]), key, bytes)
  }
}

const sameText = (one: string, other: string): boolean => {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}

const refused = (reason: SignatureRefused["reason"]) => Either.left(new SignatureRefused({ reason }))
