import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { DAO_APP } from "../../sandbox/mochi/demoWorld.ts"
import { Fault } from "../../sandbox/mochi/Faults.ts"
import { buttonsOf } from "../../sandbox/transcript.ts"
import {
  addNewcomer,
  expectAlive,
  expectError,
  expectValidRequests,
  kudosAnswer,
  sendKudos,
  suggestions,
  textOf,
  withFault
} from "./steps.ts"
import { RunningWorld } from "./world.ts"

const typed = [
  ".",
  "..",
  "../../profiles/90103",
  "123/vaults?x=/../#",
  "%2e%2e%2f123",
  "123\\..\\456",
  "123\r\nX-Injected: 1",
  "日本語 👩‍👩‍👧‍👦 İ ﷽",
  "\ud800",
  "\u0000",
  "'; drop table interactions; --",
  "**bold** `code` ||spoiler|| @everyone @here <@&1> <@184027593016284160> [x](https://evil.example)",
  "__proto__",
  "x".repeat(5000),
  "*".repeat(5000),
  " "
]

const loud =
  "@everyone @here <@184027593016284160> <@&1> **b** __u__ `c` ||s|| [l](https://evil.example) \\ > # "
const long = loud.repeat(60).slice(0, 5000)

const running = RunningWorld.layer({
  mode: "http",
  environment: { MAX_RETRIES: "1", COMMAND_TIMEOUT: "2000" }
})

layer(running, { excludeTestServices: true })("bad input", it => {
  it.effect.each(typed)("%j typed by hand is no application, vault, token or amount", text =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { ada, mochi } = world
      yield* mochi.forgetCalls
      const words = {
        application: "was not found among your applications",
        vault: "was not found among your vaults",
        token: "was not found in the vault",
        amount: "Please enter a valid positive number"
      }
      for (const [option, expected] of Object.entries(words)) {
        const answer = yield* kudosAnswer(world, { [option]: text })
        expectError(answer, expected, ada)
        expect(textOf(answer).length).toBeLessThan(600)
        expect(textOf(answer)).not.toContain("**bold**")
      }
      expect(yield* suggestions(world, "vault", "", { application: text })).toEqual([])
      expect(yield* suggestions(world, "token", "", { application: DAO_APP, vault: text })).toEqual([])
      if (text.trim() !== "" && text.trim() !== ".")
        expect(yield* suggestions(world, "application", text)).toEqual([])
      const known = [
        /^\/health$/,
        /get-by-discord\/\d+$/,
        /^\/api\/v1\/profiles\/90101\/applications(\/123\/vaults(\/70011\/balances)?)?$/
      ]
      const elsewhere = (yield* mochi.calls).filter(({ path }) => !known.some(pattern => pattern.test(path)))
      expect(elsewhere).toEqual([])
    })
  )

  it.effect(
    "names of newlines, and names that steer the eye, cost no time and imitate nothing (A2, A16)",
    () =>
      Effect.gen(function* () {
        const world = yield* RunningWorld
        const { discord, mochi } = world
        const owner = yield* addNewcomer(world, [])
        const recipient = yield* addNewcomer(world, [])
        yield* mochi.updateWorld(before => ({
          ...before,
          tokens: [
            ...before.tokens,
            {
              id: "sly",
              symbol: "SLY\u202e\n",
              name: "\u200b",
              decimals: 6,
              price: "1",
              chain: "Ba\u2066se"
            }
          ],
          applications: [
            ...before.applications,
            {
              id: "988",
              name: "App\u202e\n\nRecipient\n@Ada",
              ownerProfileId: owner.profileId,
              adminProfileIds: [],
              memberProfileIds: [],
              vaults: [{ profileId: "70098", name: `Vault${"\n".repeat(25_000)}x` }]
            }
          ]
        }))
        const requester = yield* addNewcomer(world, ["988"])
        yield* mochi.setBalance("70098", "sly", 5_000_000n)
        const of = { application: "988", vault: "70098" }
        const offered = [
          yield* suggestions(world, "application", "", {}, requester.user),
          yield* suggestions(world, "vault", "", of, requester.user),
          yield* suggestions(world, "token", "", of, requester.user)
        ].map(([choice]) => choice?.name)
        expect(offered).toEqual(["App Recipient @Ada", "Vault …", "SLY · 5 (≈ $5.00) · Base"])

        const begun = performance.now()
        const run = yield* sendKudos(
          world,
          {
            ...of,
            token: "sly",
            amount: "1",
            recipient: recipient.user,
            reason: "see https://a.example/b_c\u202e"
          },
          requester.user
        )
        const answer = yield* run.answered
        const card = yield* discord.until("the owner's card", () => discord.dmsOf(owner.user)[0])
        expect(performance.now() - begun).toBeLessThan(8000)
        for (const message of [answer, card]) {
          expect(textOf(message)).not.toMatch(/[\p{Bidi_Control}\u200b]|[^\P{Cc}\n]/u)
          expect(textOf(message)).toContain("Vault … (App Recipient @Ada)")
          expect(textOf(message)).toContain("see https://a.example/b_c")
          expect(textOf(message)).toContain("1 SLY")
        }
      })
  )

  it.effect("loud and endless names and reasons neither ping nor break a message", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { discord, mochi } = world
      const owner = yield* addNewcomer(world, [])
      const recipient = yield* addNewcomer(world, [])
      yield* mochi.updateWorld(before => ({
        ...before,
        profiles: before.profiles.map(profile =>
          [owner.profileId, recipient.profileId].includes(profile.id) ? { ...profile, name: long } : profile
        ),
        tokens: [
          ...before.tokens,
          { id: "loud", symbol: long, name: long, decimals: 36, price: "123456789.123456789", chain: long }
        ],
        applications: [
          ...before.applications,
          {
            id: "987",
            name: long,
            ownerProfileId: owner.profileId,
            adminProfileIds: [],
            memberProfileIds: [],
            vaults: [{ profileId: "70099", name: long }]
          }
        ]
      }))
      const requester = yield* addNewcomer(world, ["987"])
      yield* mochi.setBalance("70099", "loud", 10n ** 77n - 1n)

      const choices = yield* suggestions(world, "application", "", {}, requester.user)
      expect(choices.map(({ value }) => value)).toEqual(["987"])
      expect(
        yield* suggestions(world, "token", "", { application: "987", vault: "70099" }, requester.user)
      ).toHaveLength(1)

      const run = yield* sendKudos(
        world,
        {
          application: "987",
          vault: "70099",
          token: "loud",
          amount: "all",
          recipient: recipient.user,
          reason: long.slice(0, 200)
        },
        requester.user
      )
      const answer = yield* run.answered
      expect(textOf(answer)).toContain("Kudos Request Created")
      const card = yield* discord.until("the owner's card", () => discord.dmsOf(owner.user)[0])
      const [approve] = buttonsOf(card)
      yield* discord.people.pressButton({
        user: owner.user,
        message: card,
        customId: approve?.custom_id ?? ""
      })
      const thanks = yield* discord.until("the recipient's message", () => discord.dmsOf(recipient.user)[0])
      const settled = yield* discord.awaitMessage(
        ({ components, id }) => id === card.id && components.length === 0
      )
      const told = yield* run.answeredWhen(message => textOf(message).includes("approved"))
      for (const message of [answer, card, settled, thanks, told]) {
        expect(message.pings).toEqual({ users: [], roles: [], everyone: false })
        expect(textOf(message)).not.toMatch(/(^|[^\\])(\*\*b|__u|`c`|\|\|s|\[l\])/)
      }
    })
  )

  it.effect("Mochi's own odd ids stay within their place in an address", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { mochi } = world
      const owned = {
        id: "654",
        name: "Odd App",
        ownerProfileId: "90103",
        adminProfileIds: [],
        memberProfileIds: [],
        vaults: ["7/0?0#9 é", ".."].map(profileId => ({ profileId, name: `vault ${profileId}` }))
      }
      yield* mochi.updateWorld(before => ({ ...before, applications: [...before.applications, owned] }))
      yield* mochi.setBalance("7/0?0#9 é", "1", 1_000_000n)
      const { user } = yield* addNewcomer(world, ["654"])
      yield* mochi.forgetCalls
      const odd = { application: "654", vault: "vault 7/0?0#9 é", amount: "1" }
      expect(textOf(yield* kudosAnswer(world, odd, user))).toContain("Kudos Request Created")
      expect((yield* mochi.creates)[0]?.call.path).toContain(
        "/654/vaults/7%2F0%3F0%239%20%C3%A9/transfer-requests"
      )
      expectError(
        yield* kudosAnswer(world, { ...odd, vault: "vault .." }, user),
        "Something went wrong",
        user
      )
      expect((yield* mochi.calls).filter(({ path }) => path.includes(".."))).toEqual([])
    })
  )

  const listings = ["profileByDiscord", "applications", "vaults", "balances"] as const
  const malformed = [
    ["empty", "Something went wrong"],
    ["huge", "Something went wrong"],
    ["truncated", "Something went wrong"],
    ["cut", "Mochi is not responding"]
  ] as const
  it.scoped.each(
    listings.flatMap(operation => malformed.map(([kind, words]) => ({ operation, kind, words })))
  )("$operation answered $kind ends in its answer", ({ kind, operation, words }) =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      yield* withFault(world, { fault: Fault.Malformed({ kind }), operations: [operation] })
      expectError(yield* kudosAnswer(world), words, world.ada)
      yield* expectAlive(world)
    })
  )

  it.effect("what is no interaction is left alone, and a strange one is answered (C23)", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { ada, discord, url } = world
      const envelope = {
        id: "1",
        application_id: discord.applicationId,
        token: "t",
        version: 1,
        user: { id: ada.id }
      }
      const odd: ReadonlyArray<readonly [raw: unknown, status: number]> = [
        [null, 202],
        [[], 202],
        ["interaction", 202],
        [{}, 202],
        [{ type: 99 }, 202],
        [{ ...envelope, type: 2 }, 200],
        [{ ...envelope, type: 2, data: { name: 5 } }, 200],
        [{ ...envelope, type: 3, data: {} }, 200],
        [{ ...envelope, id: "../1", type: 2, data: { name: "kudos" } }, 202],
        [{ ...envelope, user: { id: "nobody" }, type: 2, data: { name: "kudos" } }, 202]
      ]
      for (const [raw, expected] of odd) {
        const body = JSON.stringify(raw)
        const status = yield* Effect.promise(async () => {
          const headers = { "content-type": "application/json", ...discord.http.signed(body) }
          const response = await fetch(`${url}/interactions`, { method: "POST", body, headers })
          await response.text()
          return response.status
        })
        expect([body, status]).toEqual([body, expected])
      }
      expect(textOf(yield* kudosAnswer(world))).toContain("Kudos Request Created")
      yield* expectAlive(world)
    })
  )

  it.effect("leaves nothing but requests that Discord allows, and nobody pinged", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { discord } = world
      expectValidRequests(world)
      const pinged = [...discord.messages.all.values()].filter(({ versions }) =>
        versions.some(({ pings }) => pings.everyone || pings.roles.length > 0 || pings.users.length > 0)
      )
      expect(pinged).toEqual([])
    })
  )
})
