import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify
} from "node:crypto"

export interface KeyPair {
  /** 32 bytes */
  readonly seed: Buffer
  /** 32 bytes */
  readonly publicKey: Buffer
}

export const generateKeyPair = (): KeyPair => {
  const jwk = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" })
  return { seed: Buffer.from(jwk.d ?? "", "base64url"), publicKey: Buffer.from(jwk.x ?? "", "base64url") }
}

export const publicKeyOf = (seed: Uint8Array): Buffer =>
  Buffer.from(createPublicKey(privateKey(seed)).export({ format: "jwk" }).x ?? "", "base64url")

export const signBytes = (seed: Uint8Array, bytes: Uint8Array): Buffer => sign(null, bytes, privateKey(seed))

export const verifyBytes = (publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean =>
  verify(
    null,
    bytes,
    createPublicKey({
      key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(publicKey).toString("base64url") },
      format: "jwk"
    }),
    signature
  )

/** An Ed25519 seed wrapped as PKCS #8 (RFC 8410), the only raw form that node:crypto reads. */
const privateKey = (seed: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: "der", type: "pkcs8" })

const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex")
