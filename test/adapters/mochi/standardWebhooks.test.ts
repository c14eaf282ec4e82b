import { describe, expect, it } from "@effect/vitest"
import { Either, Option } from "effect"
import { randomInt } from "node:crypto"
import { verifierOf, verifyWebhook } from "../../../src/adapters/mochi/standardWebhooks.ts"
import { webhookSecrets } from "../../../src/config/parsers.ts"
import {
  generateHmacSecret,
  generateSigningKey,
  signedHeaders
} from "../../../sandbox/mochi/webhookSigning.ts"

const now = 1_760_000_000
const hmac = generateHmacSecret()
const nextHmac = generateHmacSecret()
const asymmetric = generateSigningKey()
const body = JSON.stringify({ type: "NOTIFICATION_PAY_TRANSFER_REQUEST", text: 'ünïcode \u0000 {"}' })

const verifiersOf = (...secrets: ReadonlyArray<string>) =>
  Option.getOrThrow(webhookSecrets(secrets.join(" "))).map(verifierOf)
const known = verifiersOf(hmac, nextHmac, asymmetric.publicKey)

interface Signed {
  readonly id: string
  readonly timestamp: string
  readonly signature: string
  readonly body: Uint8Array
}

const signed = (secrets: ReadonlyArray<string>, timestamp = now): Signed => {
  const headers = signedHeaders({ id: "msg_1", timestamp, body, secrets })
  return {
    id: "msg_1",
    timestamp: String(timestamp),
    signature: headers["webhook-signature"] ?? "",
    body: Buffer.from(body)
  }
}

const verdict = ({ body, id, signature, timestamp }: Signed, verifiers = known) =>
  verifyWebhook(
    {
      body,
      headers: { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature }
    },
    verifiers,
    now * 1000
  )
const isAccepted = (webhook: Signed, verifiers = known) => Either.isRight(verdict(webhook, verifiers))

describe("a signed webhook", () => {
  it("is accepted by either scheme and any of the known secrets", () => {
    for (const secret of [hmac, nextHmac, asymmetric.secret]) expect(isAccepted(signed([secret]))).toBe(true)
  })

  it("is accepted where one of several signatures is good, in whatever order", () => {
    const stranger = generateHmacSecret()
    const foreign = generateSigningKey().secret
    expect(isAccepted(signed([stranger, hmac]))).toBe(true)
    expect(isAccepted(signed([hmac, stranger]))).toBe(true)
    expect(isAccepted(signed([foreign, stranger, asymmetric.secret]))).toBe(true)
    expect(isAccepted(signed([foreign, stranger]))).toBe(false)
  })

  it("is accepted where the signatures come in several header lines, in whatever order (C27)", () => {
    const good = signed([hmac])
    const bad = signed([generateHmacSecret()]).signature
    // Node joins the lines with ", "
    for (const between of [", ", ",\t", "  ", "\t"])
      for (const lines of [
        [good.signature, bad],
        [bad, good.signature],
        [bad, good.signature, bad],
        [`${bad} ${good.signature}`, bad],
        [signed([asymmetric.secret]).signature, bad]
      ])
        expect([between, isAccepted({ ...good, signature: lines.join(between) })]).toEqual([between, true])
    expect(isAccepted({ ...good, signature: [bad, bad].join(", ") })).toBe(false)
  })

  it("has no more signatures than are looked at, and their separators cost no time (C27, A2)", () => {
    const good = signed([hmac])
    const bad = signed([generateHmacSecret()]).signature
    const behind = (count: number) => [...Array.from({ length: count }, () => bad), good.signature].join(", ")
    expect(isAccepted({ ...good, signature: behind(15) })).toBe(true)
    expect(isAccepted({ ...good, signature: behind(16) })).toBe(false)
    const started = performance.now()
    for (const unit of [" ", ",", ", ", ",v1", ",v1,", "\t", "v1a,"])
      expect(isAccepted({ ...good, signature: unit.repeat(1_000_000) })).toBe(false)
    expect(performance.now() - started).toBeLessThan(2000)
  })

  it("is refused once its secret is rotated out", () => {
    expect(isAccepted(signed([hmac]), verifiersOf(nextHmac))).toBe(false)
    expect(isAccepted(signed([asymmetric.secret]), verifiersOf(generateSigningKey().publicKey))).toBe(false)
  })

  it.each([
    [-301, false],
    [-300, true],
    [300, true],
    [301, false]
  ])("whose stamp is %i seconds off is accepted: %s", (off, accepted) => {
    expect(isAccepted(signed([hmac], now + off))).toBe(accepted)
    expect(
      Either.getLeft(verdict(signed([hmac], now + off))).pipe(Option.map(({ reason }) => reason))
    ).toEqual(accepted ? Option.none() : Option.some("stale"))
  })

  it.each([["webhook-id"], ["webhook-timestamp"], ["webhook-signature"]])("without %s is refused", header => {
    const { body, ...rest } = signed([hmac])
    const headers: Record<string, string> = {
      "webhook-id": rest.id,
      "webhook-timestamp": rest.timestamp,
      "webhook-signature": rest.signature
    }
    delete headers[header]
    expect(Either.isLeft(verifyWebhook({ body, headers }, known, now * 1000))).toBe(true)
  })

  it("is refused with its stamp written in any other way", () => {
    const good = signed([hmac])
    for (const timestamp of [`0${now}`, `+${now}`, `${now}.0`, ` ${now}`, `${now} `, "NaN", "1e9", "", "-1"])
      expect(isAccepted({ ...good, timestamp })).toBe(false)
  })

  it("is refused with a signature that merely decodes to the right bytes", () => {
    for (const secret of [hmac, asymmetric.secret]) {
      const { signature, ...rest } = signed([secret])
      for (const other of [
        signature.replace(/=+$/, ""),
        `${signature}=`,
        signature.replace(",", ",="),
        signature.replace(/^v1a?/, "v2"),
        signature.replace(/^v1a?,/, ""),
        signature.toUpperCase(),
        signature.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, ""),
        signature.replace(",", " ")
      ])
        expect(other === signature || !isAccepted({ ...rest, signature: other })).toBe(true)
    }
  })

  it("is refused with any of its bytes flipped, bit by bit", () => {
    for (const secret of [hmac, asymmetric.secret]) {
      const good = signed([secret])
      for (const part of ["id", "timestamp", "signature"] as const)
        for (let at = 0; at < good[part].length; at++)
          for (let bit = 0; bit < 8; bit++)
            expect(isAccepted({ ...good, [part]: flippedText(good[part], at, bit) })).toBe(false)
      for (let at = 0; at < good.body.length; at++)
        for (let bit = 0; bit < 8; bit++)
          expect(isAccepted({ ...good, body: flipped(good.body, at, bit) })).toBe(false)
    }
  })

  const seed = randomInt(1, 2 ** 31)
  it(`is refused in 100,000 mutations (seed ${seed})`, () => {
    const random = randomFrom(seed)
    const originals = [[hmac], [nextHmac], [hmac], [nextHmac], [hmac], [asymmetric.secret]].map(secrets =>
      signed(secrets)
    )
    let tried = 0
    let accepted = 0
    while (tried < 100_000) {
      const original = originals[random(originals.length)]
      if (original === undefined) continue
      const mutant = mutated(original, random)
      if (sameWebhook(mutant, original)) continue
      tried += 1
      if (isAccepted(mutant)) accepted += 1
    }
    expect({ tried, accepted }).toEqual({ tried: 100_000, accepted: 0 })
  }, 60_000)
})

type Random = (below: number) => number

/** One to three changes, each somewhere in one of the four parts. */
const mutated = (webhook: Signed, random: Random): Signed => {
  let result = webhook
  for (let left = 1 + random(3); left > 0; left--) {
    const part = (["id", "timestamp", "signature", "body"] as const)[random(4)] ?? "body"
    result =
      part === "body"
        ? {
            ...result,
            body: Buffer.from(changed(Buffer.from(result.body).toString("latin1"), random), "latin1")
          }
        : { ...result, [part]: changed(result[part], random) }
  }
  return result
}

const changed = (text: string, random: Random): string => {
  const at = random(text.length + 1)
  const letter = String.fromCharCode(33 + random(94))
  switch (random(6)) {
    case 0:
      return text.slice(0, at) + letter + text.slice(at)
    case 1:
      return text.slice(0, at) + text.slice(at + 1)
    case 2:
      return text.slice(0, at) + letter + text.slice(at + 1)
    case 3:
      return text.slice(0, at)
    case 4:
      return text.slice(at) + text.slice(0, at)
    default:
      return flippedText(text, Math.min(at, text.length - 1), random(8))
  }
}

const sameWebhook = (one: Signed, other: Signed): boolean =>
  one.id === other.id &&
  one.timestamp === other.timestamp &&
  one.signature === other.signature &&
  Buffer.from(one.body).equals(other.body)

const flipped = (bytes: Uint8Array, at: number, bit: number): Uint8Array =>
  bytes.map((byte, index) => (index === at ? byte ^ (1 << bit) : byte))

const flippedText = (text: string, at: number, bit: number): string =>
  text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ (1 << bit)) + text.slice(at + 1)

const randomFrom = (start: number): Random => {
  let state = start >>> 0
  return below => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
