import { it } from "@effect/vitest"
import { DateTime, Duration, Effect, Option } from "effect"
import { describe, expect } from "vitest"
import packageJson from "../../../package.json" with { type: "json" }
import { within } from "../../../src/ports/Deadline.ts"
import { MochiPay } from "../../../src/ports/MochiPay.ts"
import { MochiProfiles } from "../../../src/ports/MochiProfiles.ts"
import { ADA, LINUS, MALLORY } from "../../../src/sandbox/people.ts"
import { COMMUNITY_VAULT, DAO_APP, OFFLINE, TREASURY } from "../../../src/sandbox/mochi/demoWorld.ts"
import * as FakeMochi from "../../../src/sandbox/mochi/FakeMochi.ts"
import type { Environment } from "../../../src/config.ts"
import * as Given from "./mochiClients.ts"

const ada = Given.profileId("90101")
const linus = Given.profileId("90103")
const dao = Given.applicationId(DAO_APP)
const community = { profileId: ada, applicationId: dao, vaultId: Given.vaultId(COMMUNITY_VAULT) }
const kudos = Given.draft("90101", "90102", DAO_APP, COMMUNITY_VAULT)

/** Runs a test against the sandbox's Mochi over real sockets, on the real clock. */
const withMochi = <A, E>(
  test: (fake: FakeMochi.FakeMochi) => Effect.Effect<A, E, MochiPay | MochiProfiles>,
  more?: Environment
) =>
  Effect.gen(function* () {
    const fake = yield* FakeMochi.make({
      botSecret: Given.botSecret,
      botPublicKey: Given.botPublicKey,
      applicationName: "Mochi"
    })
    return yield* Effect.provide(test(fake), Given.clients(fake.url, more))
  }).pipe(Effect.scoped)

describe("The clients, against the sandbox's Mochi", () => {
  it.live("find a profile by its Discord account, and by its id", () =>
    withMochi(() =>
      Effect.gen(function* () {
        const profiles = yield* MochiProfiles
        const found = yield* profiles.byDiscordId(Given.discordUserId(ADA.id))
        expect(found).toEqual(
          Option.some({ id: "90101", name: "ada", discordUserId: Option.some(Given.discordUserId(ADA.id)) })
        )
        const linusFound = yield* profiles.byId(linus)
        expect(Option.flatMap(linusFound, profile => profile.discordUserId)).toEqual(Option.some(LINUS.id))
        const offline = yield* profiles.byId(Given.profileId(OFFLINE.id))
        expect(Option.map(offline, profile => profile.discordUserId)).toEqual(Option.some(Option.none()))
        expect(yield* profiles.byDiscordId(Given.discordUserId(MALLORY.id))).toEqual(Option.none())
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
        const created = yield* pay.create(kudos)
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

describe("A create whose answer goes wrong", () => {
  it.live("is in doubt after a reset, whether Mochi had done its work or not, and is sent once", () =>
    withMochi(fake =>
      Effect.gen(function* () {
        const pay = yield* MochiPay
        for (const fault of [{ _tag: "ResetBefore" }, { _tag: "ResetAfter" }] as const) {
          yield* fake.faults.add({ fault, times: 1 })
          const error = yield* Effect.flip(pay.create(kudos))
          expect([error.reason, error.mayHaveHappened]).toEqual(["Unavailable", true])
        }
        expect(yield* fake.creates).toHaveLength(2)
      })
    )
  )

  it.live("is created without a code where the body of a 2xx is of no use", () =>
    withMochi(fake =>
      Effect.gen(function* () {
        const pay = yield* MochiPay
        for (const kind of ["html", "empty", "huge", "wrongTypes", "truncated", "cut"] as const) {
          yield* fake.faults.clear
          yield* fake.faults.add({ fault: { _tag: "Malformed", kind } })
          expect([kind, yield* pay.create(kudos)]).toEqual([kind, Option.none()])
        }
      })
    )
  )

  it.live("is known not to have happened where nobody listens", () =>
    Effect.gen(function* () {
      const pay = yield* MochiPay
      const error = yield* Effect.flip(pay.create(kudos))
      expect([error.reason, error.mayHaveHappened]).toEqual(["Unavailable", false])
      expect(yield* pay.reachable).toBe(false)
      // port 1 is reserved and never served
    }).pipe(Effect.provide(Given.clients("http://127.0.0.1:1")))
  )
})

it.live("A call to a Mochi that hangs ends at its caller's deadline, and a create is then in doubt", () =>
  withMochi(fake =>
    Effect.gen(function* () {
      const pay = yield* MochiPay
      yield* fake.faults.add({ fault: { _tag: "HangAfter" } })
      const [spent, error] = yield* Effect.timed(Effect.flip(within("300 millis")(pay.create(kudos))))
      expect([error.reason, error.mayHaveHappened]).toEqual(["TimedOut", true])
      expect(Duration.toMillis(spent)).toBeLessThan(2_000)
      expect(yield* fake.requests).toHaveLength(1)
      yield* fake.faults.clear
      expect(yield* pay.recentRequests(community)).toHaveLength(1)
    })
  )
)

describe("A list whose body goes wrong", () => {
  it.live("is a typed error, and is not asked for again", () =>
    withMochi(fake =>
      Effect.gen(function* () {
        const pay = yield* MochiPay
        for (const kind of ["html", "empty", "huge", "wrongTypes", "truncated"] as const) {
          yield* fake.faults.clear
          yield* fake.forgetCalls
          yield* fake.faults.add({ fault: { _tag: "Malformed", kind } })
          const error = yield* Effect.flip(pay.vaults(ada, dao))
          expect([kind, error.reason, error.mayHaveHappened]).toEqual([kind, "Undecodable", false])
          expect(yield* fake.calls).toHaveLength(1)
        }
      })
    )
  )

  it.live("is asked for again where the connection broke inside it", () =>
    withMochi(fake =>
      Effect.gen(function* () {
        const pay = yield* MochiPay
        yield* fake.faults.add({ fault: { _tag: "Malformed", kind: "cut" }, times: 1 })
        yield* fake.faults.add({ fault: { _tag: "ResetAfter" }, times: 1 })
        expect(yield* pay.vaults(ada, dao)).toHaveLength(2)
        expect(yield* fake.calls).toHaveLength(3)
      })
    )
  )
})

describe("A decision whose answer is lost", () => {
  it.live("is asked for again with a key that stays, and says that it was repeated", () =>
    withMochi(fake =>
      Effect.gen(function* () {
        const pay = yield* MochiPay
        const { code } = yield* fake.seedRequest()
        yield* fake.faults.add({ fault: { _tag: "ResetAfter" }, operations: ["approve"], times: 1 })
        const answer = yield* pay.decide({
          request: { applicationId: dao, code: Given.code(code) },
          profileId: linus,
          decision: "approved",
          interactionId: Given.interactionId
        })
        expect(answer).toEqual({ outcome: "already settled", retried: true })
        const calls = yield* fake.callsOf("approve")
        expect(calls.map(call => call.headers["idempotency-key"])).toEqual([
          `${code}:approved:${Given.interactionId}`,
          `${code}:approved:${Given.interactionId}`
        ])
      })
    )
  )
})

it.live("A redirect is not followed", () =>
  withMochi(fake =>
    Effect.gen(function* () {
      const pay = yield* MochiPay
      const headers = { location: `${fake.url}/health` }
      yield* fake.faults.add({ fault: { _tag: "Status", status: 302, headers } })
      const read = yield* Effect.flip(pay.vaults(ada, dao))
      expect([read.reason, read.mayHaveHappened]).toEqual(["Undecodable", false])
      const write = yield* Effect.flip(pay.create(kudos))
      expect([write.reason, write.mayHaveHappened]).toEqual(["Undecodable", true])
      expect(yield* fake.callsOf("health")).toEqual([])
    })
  )
)

it.live("Codes and ids of any shape reach Mochi as they are, and cannot steer a call", () =>
  withMochi(fake =>
    Effect.gen(function* () {
      const pay = yield* MochiPay
      for (const odd of ["a/b", "a?b=c#d", "%2e%2e", "ü\r\nX-Evil: 1", "..%2f", "x".repeat(200), "名前"]) {
        yield* fake.forgetCalls
        const error = yield* Effect.flip(
          pay.decide({
            request: { applicationId: dao, code: Given.code(odd) },
            profileId: linus,
            decision: "rejected",
            interactionId: Given.interactionId
          })
        )
        expect(error.reason).toBe("NotFound")
        const [call] = yield* fake.calls
        expect(call?.path).toBe(
          `/api/v1/profiles/90103/applications/${DAO_APP}/requests/${encodeURIComponent(odd)}/rejected`
        )
        expect(call?.headers["idempotency-key"]).toBe(
          `${encodeURIComponent(odd)}:rejected:${Given.interactionId}`
        )
      }
      yield* fake.forgetCalls
      for (const odd of [".", "..", "\ud800"]) {
        const error = yield* Effect.flip(pay.state({ applicationId: dao, code: Given.code(odd) }))
        expect([odd, error.reason]).toEqual([odd, "UnsafePath"])
      }
      expect(yield* fake.calls).toEqual([])
    })
  )
)
