import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { EMPTY, USDC } from "../../../sandbox/mochi/demoWorld.ts"
import { ADA, MALLORY } from "../../../sandbox/people.ts"
import { ada, BEARER, call, create, grace, linus, start, vaultPath } from "./client.ts"

it.scopedLive(
  "a person is found by Discord id and by profile id, with the Discord account among the accounts",
  () =>
    Effect.gen(function* () {
      const fake = yield* start()
      const byDiscord = yield* call(
        fake,
        "GET",
        `/api/v1/profiles/get-by-discord/${ADA.id}?no_fetch_amount=true`
      )
      expect(byDiscord.status).toBe(200)
      expect(byDiscord.json).toMatchObject({ id: ada, profile_name: "ada" })
      const byId = yield* call(fake, "GET", `/api/v1/profiles/${ada}`)
      expect(byId.json).toEqual(byDiscord.json)
      expect(byId.json).toMatchObject({
        associated_accounts: expect.arrayContaining([
          expect.objectContaining({ platform: "discord", platform_identifier: ADA.id })
        ])
      })
      expect(Math.abs(Date.parse(byId.headers.get("date") ?? "") - Date.now())).toBeLessThan(5000)
    })
)

it.scopedLive("somebody without a profile is a 404 with a message, as Profile words errors", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    const answer = yield* call(fake, "GET", `/api/v1/profiles/get-by-discord/${MALLORY.id}`)
    expect(answer.status).toBe(404)
    expect(answer.json).toMatchObject({ message: "profile not found" })
    const pay = yield* call(fake, "GET", "/api/v1/profiles/1/applications")
    expect(pay.status).toBe(404)
    expect(pay.json).toEqual({ error: "profile not found" })
  })
)

it.scopedLive("applications are those that the person owns, administers or belongs to", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    const names = (profileId: string) =>
      Effect.map(call(fake, "GET", `/api/v1/profiles/${profileId}/applications`), answer => answer.json)
    expect(yield* names(ada)).toMatchObject({
      data: [
        { id: 123, name: "DAO App" },
        { id: 456, name: "Research Guild" }
      ]
    })
    expect(yield* names(linus)).toMatchObject({ data: [{ id: 123 }] })
    expect(yield* names(grace)).toMatchObject({ data: [] })
  })
)

it.scopedLive("vaults name their application as a string, although it is a number elsewhere", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    const answer = yield* call(fake, "GET", `/api/v1/profiles/${ada}/applications/123/vaults`)
    expect(answer.json).toMatchObject({
      data: [
        { vault_profile_id: "70011", name: "Community Vault", application_id: "123" },
        { vault_profile_id: 70012, name: "Treasury", application_id: "123" }
      ]
    })
    const foreign = yield* call(fake, "GET", `/api/v1/profiles/${grace}/applications/123/vaults`)
    expect(foreign.status).toBe(403)
    const unknown = yield* call(fake, "GET", `/api/v1/profiles/${ada}/applications/9/vaults`)
    expect(unknown.status).toBe(404)
  })
)

it.scopedLive("balances are integer strings in base units, with and without price and chain", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    const answer = yield* call(fake, "GET", `${vaultPath()}/balances`)
    expect(answer.json).toMatchObject({
      data: [
        {
          amount: "2500750000",
          token: { id: "1", symbol: "USDC", decimal: 6, price: 1, chain: { name: "Ethereum" } }
        },
        { amount: "1234567890123456789", token: { id: 2, symbol: "ETH", decimal: 18 } },
        { amount: "42000000000000", token: { id: "tok-moon", symbol: "MOON" } },
        { amount: "0", token: { symbol: EMPTY.symbol } },
        { amount: "12", token: { symbol: "TICKET", decimal: 0, price: null, chain: null } }
      ]
    })
    expect(answer.text).not.toMatch(/"symbol":"MOON"[^}]*"(price|chain)"/)
    expect((yield* call(fake, "GET", `${vaultPath(ada, "123", "70021")}/balances`)).status).toBe(404)
  })
)

it.scopedLive("the list of a vault's requests is newest first, filtered by status and cut into pages", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    for (const id of ["i1", "i2", "i3"]) {
      yield* create(fake, id)
    }
    const [newest] = yield* fake.requests
    yield* fake.decide(newest!.code, "rejected")
    const list = (query: string) => call(fake, "GET", `${vaultPath()}/transfer-requests?${query}`)
    const row = (id: string, status = "pending") => ({ status, requester_metadata: { interaction_id: id } })
    expect((yield* list("status=&page=0&size=50")).json).toMatchObject({
      data: [row("i3", "rejected"), row("i2"), row("i1")]
    })
    expect((yield* list("status=pending&page=0&size=50")).json).toMatchObject({
      data: [row("i2"), row("i1")]
    })
    expect((yield* list("status=&page=1&size=2")).json).toMatchObject({ data: [row("i1")] })
    expect((yield* list("page=-1")).status).toBe(400)
    const other = yield* call(fake, "GET", `${vaultPath(ada, "123", "70012")}/transfer-requests?status=`)
    expect(other.json).toMatchObject({ data: [] })
  })
)

it.scopedLive("health needs nobody, an unknown path is 404 and a wrong method 405", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    expect((yield* call(fake, "GET", "/health", {})).status).toBe(200)
    expect((yield* call(fake, "GET", "/api/v1/nothing")).status).toBe(404)
    expect((yield* call(fake, "GET", "/api/v1/profiles/%E0%A4%A/applications")).status).toBe(404)
    expect((yield* call(fake, "DELETE", `/api/v1/profiles/${ada}`)).status).toBe(405)
    const page = yield* call(fake, "GET", "/health", { origin: "http://evil.example" })
    expect(page.status).toBe(403)
  })
)

it.scopedLive("a wrong or missing bearer secret is 401, and the reason is kept but not told", () =>
  Effect.gen(function* () {
    const fake = yield* start()
    for (const headers of [
      {},
      { authorization: "Bearer wrong" },
      { authorization: BEARER.authorization.slice(7) }
    ]) {
      const answer = yield* call(fake, "GET", `/api/v1/profiles/${ada}/applications`, headers)
      expect(answer.status).toBe(401)
      expect(answer.json).toEqual({ error: "unauthorized" })
    }
    const refused = yield* fake.unauthorised
    expect(refused.map(record => record.refusal)).toEqual(Array(3).fill("bearer secret is missing or wrong"))
    expect(refused[0]).toMatchObject({ operation: "applications", method: "GET", status: 401 })
  })
)

it.scopedLive(
  "balances that a test sets, people that it removes and words that it chooses show at once",
  () =>
    Effect.gen(function* () {
      const fake = yield* start()
      yield* fake.setBalance("70011", USDC.id, 7n)
      expect((yield* call(fake, "GET", `${vaultPath()}/balances`)).text).toContain('"amount":"7"')
      yield* fake.updateWorld(world => ({
        ...world,
        profiles: world.profiles.filter(({ id }) => id !== ada)
      }))
      expect((yield* call(fake, "GET", `/api/v1/profiles/get-by-discord/${ADA.id}`)).status).toBe(404)
      yield* fake.statusWords({ pending: "waiting" })
      yield* fake.seedRequest()
      expect((yield* call(fake, "GET", `${vaultPath()}/transfer-requests`)).text).toContain(
        '"status":"waiting"'
      )
    })
)
