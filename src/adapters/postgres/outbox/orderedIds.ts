import { Effect } from "effect"
import { randomBytes } from "node:crypto"

/**
 * UUIDs (version 7) that each sort after the one before. Jobs of one transaction have the same time, and the queue then
 * orders them by id.
 */
export const make: Effect.Effect<() => string> = Effect.sync(() => {
  let last = 0n
  return () => {
    // 48 bits of milliseconds, then 12 bits that count within one.
    const now = BigInt(Date.now()) << 12n
    last = now > last ? now : last + 1n
    const head = last.toString(16).padStart(15, "0")
    const tail = randomBytes(8).toString("hex")
    return `${head.slice(0, 8)}-${head.slice(8, 12)}-7${head.slice(12)}-8${tail.slice(1, 4)}-${tail.slice(4)}`
  }
})
