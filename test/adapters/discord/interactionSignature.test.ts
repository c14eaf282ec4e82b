import { generateKeyPairSync, sign } from "node:crypto"
import { expect, it } from "@effect/vitest"
import { Either } from "effect"
import { verifyInteraction } from "../../../src/adapters/discord/interactionSignature.ts"

const { privateKey, publicKey } = generateKeyPairSync("ed25519")
const rawKey = new Uint8Array(publicKey.export({ format: "der", type: "spki" }).subarray(-32))
const body = Buffer.from('{"type":1,"name":"é"}')
const now = 1_800_000_000_000
const stamp = String(now / 1000)

const signed = (timestamp: string, bytes: Uint8Array = body) =>
  sign(null, Buffer.concat([Buffer.from(timestamp), bytes]), privateKey).toString("hex")

const check = (signature: string | undefined, timestamp: string | undefined, at = now, key = rawKey) =>
  verifyInteraction({ signature, timestamp, body }, key, at)

it("accepts what the application's key signed, in either case of hex", () => {
  expect(check(signed(stamp), stamp)).toEqual(Either.void)
  expect(check(signed(stamp).toUpperCase(), stamp)).toEqual(Either.void)
})

it("refuses another body, another stamp and another key", () => {
  expect(check(signed(stamp, Buffer.from("{}")), stamp)).toEqual(Either.left("mismatch"))
  expect(check(signed(stamp), String(Number(stamp) + 1))).toEqual(Either.left("mismatch"))
  const other = new Uint8Array(
    generateKeyPairSync("ed25519").publicKey.export({ format: "der", type: "spki" }).subarray(-32)
  )
  expect(check(signed(stamp), stamp, now, other)).toEqual(Either.left("mismatch"))
})

it("refuses a stamp more than five minutes off, either way", () => {
  expect(check(signed(stamp), stamp, now + 300_000)).toEqual(Either.void)
  expect(check(signed(stamp), stamp, now + 301_000)).toEqual(Either.left("stale"))
  expect(check(signed(stamp), stamp, now - 300_000)).toEqual(Either.void)
  expect(check(signed(stamp), stamp, now - 301_000)).toEqual(Either.left("stale"))
})

it("refuses headers that are missing or misshapen", () => {
  const good = signed(stamp)
  for (const signature of [
    undefined,
    "",
    good.slice(2),
    `${good}00`,
    good.replace(/^../, "zz"),
    ` ${good}`
  ]) {
    expect(check(signature, stamp)).toEqual(Either.left("malformed"))
  }
  for (const timestamp of [undefined, "", "-1", "1e9", `${stamp}.0`, " 1", "NaN"]) {
    expect(check(signed(timestamp ?? ""), timestamp)).toEqual(Either.left("malformed"))
  }
})
