import { Either } from "effect"
import { verifyBytes } from "./ed25519.ts"
import { Refused } from "./Refused.ts"

export interface Credentials {
  readonly botSecret: string
  /** hex of the bot's registered Ed25519 public key */
  readonly botPublicKey: string
  /** if set, `X-Application` must be this; otherwise any name passes */
  readonly applicationName?: string
  /** if set, signed calls must also carry it as `Authorization: Basic` */
  readonly apiKey?: string
}

export type Headers = Readonly<Record<string, string>>

/** Fails with the reason for the recorder; the caller gets Mochi's plain "unauthorized". */
export const authorise = (
  credentials: Credentials,
  auth: "none" | "bearer" | "signed",
  headers: Headers,
  now: number
): Either.Either<void, Refused> => {
  switch (auth) {
    case "none":
      return Either.void
    case "bearer":
      return headers["authorization"] === `Bearer ${credentials.botSecret}`
        ? Either.void
        : no("bearer secret is missing or wrong")
    case "signed":
      return signed(credentials, headers, now)
  }
}

const WINDOW_SECONDS = 300

const signed = (credentials: Credentials, headers: Headers, now: number): Either.Either<void, Refused> => {
  const message = headers["x-message"] ?? ""
  const signature = headers["x-signature"] ?? ""
  const application = headers["x-application"] ?? ""
  if (application === "") {
    return no("X-Application is missing")
  }
  if (credentials.applicationName !== undefined && application !== credentials.applicationName) {
    return no("X-Application is not registered")
  }
  if (credentials.apiKey !== undefined && headers["authorization"] !== `Basic ${credentials.apiKey}`) {
    return no("API key is missing or wrong")
  }
  if (!/^[1-9]\d{0,11}$/.test(message)) {
    return no("X-Message is not a Unix time in whole seconds")
  }
  if (Math.abs(now / 1000 - Number(message)) > WINDOW_SECONDS) {
    return no("X-Message is more than 5 minutes off")
  }
  if (!/^[0-9a-f]{128}$/i.test(signature)) {
    return no("X-Signature is not 64 bytes of hex")
  }
  return verifyBytes(
    Buffer.from(credentials.botPublicKey, "hex"),
    Buffer.from(message),
    Buffer.from(signature, "hex")
  )
    ? Either.void
    : no("X-Signature does not match")
}

const no = (reason: string): Either.Either<never, Refused> =>
  Either.left(new Refused({ status: 401, reason }))
