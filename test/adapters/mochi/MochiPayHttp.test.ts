import { it } from "@effect/vitest"
import { DateTime, Effect, Option } from "effect"
import { describe, expect } from "vitest"
import packageJson from "../../../package.json" with { type: "json" }
import { MochiPay } from "../../../src/ports/MochiPay.ts"
import { MochiProfiles } from "../../../src/ports/MochiProfiles.ts"
import { ADA, LINUS, MALLORY } from "../../../sandbox/people.ts"
import { COMMUNITY_VAULT, DAO_APP, OFFLINE, TREASURY } from "../../../sandbox/mochi/demoWorld.ts"
import * as Given from "./mochiClients.ts"
import { ada, community, dao, kudos, linus, withMochi } from "./mochiWorld.ts"

describe("The clients, against the sandbox's Mochi", () => {
  it.live("find a profile by its Discord account, and by its id", () =>
    withMochi(() =>
      Effect.gen(function* () {
        const profiles = yield* MochiProfiles
        const found = yield* profiles.byUserId(Given.userId(ADA.id))
        expect(found).toEqual(
          Option.some({ id: "90101", name: "ada", userId: Option.some(Given.userId(ADA.id)) })
        )
        const linusFound = yield* profiles.byId(linus)
        expect(Option.flatMap(linusFound, profile => profile.userId)).toEqual(Option.some(LINUS.id))
        const offline = yield* profiles.byId(Given.profileId(OFFLINE.id))
        expect(Option.map(offline, profile => profile.userId)).toEqual(Option.some(Option.none()))
        expect(yield* profiles.byUserId(Given.userId(MALLORY.id))).toEqual(Option.none())
        expect(yield* profiles.reachable).toBe(true)
      })
    )
  )

  it.live("list applications, vaults and holdings with exact amounts and prices", () =>
    withMochi(() =>
      Effect.gen(function* () {
        const pay = yield* MochiPay
        expect(yield* pay.applications(ada)).toContainEqual({ id: DAO_APP, name: "DAO App" })
        expect(yield* pay.vaults(ada, dao)).toEqual([
          { id: COMMUNITY_VAULT, name: "Community Vault" },
          { id: TREASURY, name: "Treasury" }
        ])
        const held = yield* pay.holdings(community)
        const eth = held.find(({ token }) => token.symbol === "ETH")
        expect(eth?.available).toEqual({ baseUnits: 1_234_567_890_123_456_789n, decimals: 18 })
        expect(eth?.token.price.pipe(Option.map(String))).toEqual(Option.some("BigDecimal(2512.34)"))
        const moon = held.find(({ token }) => token.symbol === "MOON")
        expect([moon?.token.price, moon?.token.chain]).toEqual([Option.none(), Option.none()])
        const finest = yield* pay.holdings({ ...community, vaultId: Given.vaultId(TREASURY) })
        expect(finest.map(({ available }) => available.baseUnits)).toContain(3n * 10n ** 36n + 1n)
      })
    )
  )

  it.live("create a request once, with its key, and find it again in the list", () =>
    withMochi(fake =>
      Effect.gen(function* () {
        const pay = yield* MochiPay
        const created = yield* pay.create(kudos, Effect.succeed(true))
        const listed = yield* pay.recentRequests(community)
        expect(listed).toEqual([
          {
            code: Option.getOrThrow(created),
            status: "pending",
            interactionId: Option.some(kudos.interactionId)
          }
        ])
        const [call] = yield* fake.callsOf("createTransferRequest")
        expect(call?.headers["idempotency-key"]).toBe(kudos.interactionId)
        expect(call?.headers["user-agent"]).toBe(`mochi-discord/${packageJson.version}`)
        expect(call?.headers["traceparent"]).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
        expect(JSON.parse(call?.body ?? "")).toEqual({
          recipient_profile_id: "90102",
          token_id: "1",
          token_amount: "10500000",
          description: "thank you",
          requester_metadata: {
            platform: "discord",
            discord_user_id: ADA.id,
            channel_id: "1200000000000000009",
            interaction_id: kudos.interactionId
          }
        })
      })
    )
  )

  it.live("decide with a signature that Mochi accepts, and learn that it is settled the second time", () =>
    withMochi(fake =>
      Effect.gen(function* () {
        const pay = yield* MochiPay
        const request = { applicationId: dao, code: Given.code((yield* fake.seedRequest()).code) }
        const decision = {
          request,
          profileId: linus,
          decision: "approved",
          interactionId: Given.interactionId
        } as const
        expect(yield* pay.decide(decision)).toEqual({ outcome: "done", retried: false })
        expect(yield* pay.decide(decision)).toEqual({ outcome: "already settled", retried: false })
        const state = yield* pay.state(request)
        expect(state.status).toBe("approved")
        expect(Option.map(state.expiresAt, DateTime.toEpochMillis)).toEqual(Option.some(expect.any(Number)))
        expect(yield* fake.unauthorised).toEqual([])
        const stranger = yield* Effect.flip(pay.decide({ ...decision, profileId: Given.profileId("90102") }))
        expect([stranger.reason, stranger.mayHaveHappened]).toEqual(["Forbidden", false])
      })
    )
  )

  it.live("carry the API key on signed calls where there is one", () =>
    withMochi(
      fake =>
        Effect.gen(function* () {
          const pay = yield* MochiPay
          const { code } = yield* fake.seedRequest()
          yield* pay.state({ applicationId: dao, code: Given.code(code) })
          const [call] = yield* fake.callsOf("request")
          expect(call?.headers["authorization"]).toBe("Basic the-key")
        }),
      { MOCHI_API_KEY: "the-key" }
    )
  )
})

it.live("A list of six thousand tokens, over 1 MiB of it, is read whole (C17)", () =>
  Effect.gen(function* () {
    const pay = yield* MochiPay
    const held = yield* pay.holdings(community)
    expect(held).toHaveLength(6_000)
    expect(held.at(-1)?.token.symbol).toBe("TOK5999")
  }).pipe(Effect.provide(Given.scripted([{ status: 200, body: tokens(6_000) }])))
)

const tokens = (rows: number) =>
  JSON.stringify({
    data: Array.from({ length: rows }, (_, id) => ({
      amount: "1000000000000000000",
      token: {
        id: String(id),
        symbol: `TOK${id}`,
        name: `Worthless token ${id}`.padEnd(80, "."),
        decimal: 18,
        price: null,
        chain: { name: "Ethereum" }
      }
    }))
  })
