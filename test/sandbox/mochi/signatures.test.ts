import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { generateKeyPair, publicKeyOf, signBytes, verifyBytes } from "../../../sandbox/mochi/ed25519.ts"
import { BOT_KEYS, call, decisionPath, signed, start } from "./client.ts"

const seconds = (offset = 0) => String(Math.floor(Date.now() / 1000) + offset)
const signatureOf = (message: string, seed = BOT_KEYS.seed) =>
  signBytes(seed, Buffer.from(message)).toString("hex")

it.scopedLive("a signed call is refused unless every part of the signature is right", () =>
  Effect.gen(function* () {
    const fake = yield* start({ applicationName: "Mochi" })
    const { code } = yield* fake.seedRequest()
    const path = `/api/v1/applications/123/requests/${code}`
    const now = seconds()
    const good = signed(now)
    const { "x-message": _message, ...noMessage } = good
    const { "x-signature": _signature, ...noSignature } = good
    const { "x-application": _application, ...noApplication } = good
    const flipped = (good["x-signature"]!.startsWith("0") ? "1" : "0") + good["x-signature"]!.slice(1)
    const cases: ReadonlyArray<readonly [Record<string, string>, string]> = [
      [{}, "X-Application is missing"],
      [noApplication, "X-Application is missing"],
      [{ ...good, "x-application": "Other" }, "X-Application is not registered"],
      [noMessage, "X-Message is not a Unix time in whole seconds"],
      [signed(`${now}.5`), "X-Message is not a Unix time in whole seconds"],
      [signed(`${now}000`), "X-Message is not a Unix time in whole seconds"],
      [signed(seconds(-310)), "X-Message is more than 5 minutes off"],
      [signed(seconds(310)), "X-Message is more than 5 minutes off"],
      [noSignature, "X-Signature is not 64 bytes of hex"],
      [
        signed(now, Buffer.from(good["x-signature"]!, "hex").toString("base64")),
        "X-Signature is not 64 bytes of hex"
      ],
      [signed(now, flipped), "X-Signature does not match"],
      [signed(now, signatureOf(seconds(1))), "X-Signature does not match"],
      [signed(now, signatureOf(now, generateKeyPair().seed)), "X-Signature does not match"]
    ]
    for (const [headers, reason] of cases) {
      yield* fake.forgetCalls
      const answer = yield* call(fake, "GET", path, headers)
      expect([answer.status, answer.json]).toEqual([401, { error: "unauthorized" }])
      expect((yield* fake.unauthorised).map(({ refusal }) => refusal)).toEqual([reason])
    }
    expect((yield* call(fake, "GET", path, good)).status).toBe(200)
    expect((yield* call(fake, "GET", path, signed(seconds(-290)))).status).toBe(200)
  })
)

it.scopedLive("a bearer secret does not open signed calls, and a refused decision changes nothing", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    const { code } = yield* fake.seedRequest()
    expect((yield* call(fake, "POST", decisionPath(code, "approved"))).status).toBe(401)
    const [request] = yield* fake.requests
    expect(request!.status).toBe("pending")
  })
)

it.scopedLive("where an API key is registered, signed calls must carry it", () =>
  Effect.gen(function* () {
    const fake = yield* start({ apiKey: "key" })
    const { code } = yield* fake.seedRequest()
    expect((yield* call(fake, "POST", decisionPath(code, "approved"), signed())).status).toBe(401)
    const withKey = { ...signed(), authorization: "Basic key" }
    expect((yield* call(fake, "POST", decisionPath(code, "approved"), withKey)).status).toBe(200)
  })
)

it.scopedLive("a clock that runs ahead shows in the Date header and refuses our stamps", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    yield* fake.clockAhead(3_600_000)
    const { code } = yield* fake.seedRequest()
    const answer = yield* call(fake, "GET", `/api/v1/applications/123/requests/${code}`, signed())
    expect(answer.status).toBe(401)
    expect(Date.parse(answer.headers.get("date") ?? "") - Date.now()).toBeGreaterThan(3_590_000)
  })
)

it("agrees with RFC 8032, section 7.1, test 2", () => {
  const seed = Buffer.from("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "hex")
  const publicKey = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
  const signature =
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
  expect(publicKeyOf(seed).toString("hex")).toBe(publicKey)
  expect(signBytes(seed, Buffer.from("72", "hex")).toString("hex")).toBe(signature)
  const verifies = (message: string) =>
    verifyBytes(Buffer.from(publicKey, "hex"), Buffer.from(message, "hex"), Buffer.from(signature, "hex"))
  expect([verifies("72"), verifies("73")]).toEqual([true, false])
})
