import { createPublicKey, verify } from "node:crypto"
import { Either } from "effect"

/** Discord signs the timestamp and the raw body with the application's key, and sends hex. */
interface SignedInteraction {
  /** `X-Signature-Ed25519` */
  readonly signature: string | undefined
  /** `X-Signature-Timestamp`, Unix seconds */
  readonly timestamp: string | undefined
  /** The bytes as received: parsing and serializing again would change them. */
  readonly body: Uint8Array
}

/** `malformed` also stands for a missing header. */
export type SignatureRefusal = "malformed" | "stale" | "mismatch"

/** How far the timestamp may be from now, in milliseconds, either way. */
const TOLERANCE = 5 * 60_000

/** `publicKey` is the raw key of 32 bytes, `now` Unix milliseconds. */
export const verifyInteraction = (
  { body, ...headers }: SignedInteraction,
  publicKey: Uint8Array,
  now: number
): Either.Either<void, SignatureRefusal> =>
  Either.flatMap(inspectStamp(headers, now), ({ signature, timestamp }) =>
    verify(
      null,
      Buffer.concat([Buffer.from(timestamp), body]),
      spki(publicKey),
      Buffer.from(signature, "hex")
    )
      ? Either.void
      : Either.left<SignatureRefusal>("mismatch")
  )

/** Everything that the headers alone decide. */
export const inspectStamp = (
  { signature, timestamp }: Omit<SignedInteraction, "body">,
  now: number
): Either.Either<{ readonly signature: string; readonly timestamp: string }, SignatureRefusal> => {
  if (signature === undefined || !/^[0-9a-f]{128}$/i.test(signature)) return Either.left("malformed")
  if (timestamp === undefined || !/^\d{1,12}$/.test(timestamp)) return Either.left("malformed")
  if (Math.abs(now - Number(timestamp) * 1000) > TOLERANCE) return Either.left("stale")
  return Either.right({ signature, timestamp })
}

/** RFC 8410: the prefix of the raw bytes of an Ed25519 key. */
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex")

const spki = (raw: Uint8Array) =>
  createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: "der", type: "spki" })
