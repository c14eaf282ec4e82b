import { Context, Effect, Layer, Redacted } from "effect"
import { LRUCache } from "lru-cache"
import { createHmac, hkdfSync } from "node:crypto"
import { Settings } from "../../config/Settings.ts"
import { erasedPrefix } from "./columns.ts"

/**
 * Stands for a person in rows that may not keep their id. The key comes from Mochi's private key and is never stored, so
 * that a copy of the database alone leads back to nobody; after a new private key, old and new hashes no longer match.
 */
export class Pseudonyms extends Context.Tag("mochi/adapters/postgres/Pseudonyms")<
  Pseudonyms,
  {
    /** The same person gets the same one, before and after their erasure. */
    readonly of: (id: string) => string
    /** Replaces an id of an erased person. */
    readonly erased: (id: string) => string
  }
>() {}

/** A hash costs more than its place: one command needs those of its people a dozen times. */
const mostKnown = 10_000

export const layer: Layer.Layer<Pseudonyms, never, Settings> = Layer.effect(
  Pseudonyms,
  Effect.map(Settings, ({ mochi }) => {
    const key = Buffer.from(
      hkdfSync("sha256", Redacted.value(mochi.privateKey), "", "mochi-discord pseudonyms v1", 32)
    )
    const known = new LRUCache<string, string>({ max: mostKnown })
    const of = (id: string) => {
      const before = known.get(id)
      if (before !== undefined) return before
      // 128 bits are enough to tell all people apart.
      const made = createHmac("sha256", key).update(id).digest().subarray(0, 16).toString("base64url")
      known.set(id, made)
      return made
    }
    return { of, erased: id => `${erasedPrefix}${of(id)}` }
  })
)
