import { Redacted } from "effect"
import { createHash } from "node:crypto"

/**
 * Which bot a token belongs to, without a call: the bot's user id, which is the token's first part and survives a reset of
 * the token. For a token of another form, its fingerprint.
 */
export const botOf = (token: Redacted.Redacted): string => {
  const [first = ""] = Redacted.value(token).split(".", 1)
  const id = Buffer.from(first, "base64url").toString("latin1")
  return /^\d{15,20}$/.test(id)
    ? id
    : createHash("sha256").update(Redacted.value(token)).digest("hex").slice(0, 32)
}
