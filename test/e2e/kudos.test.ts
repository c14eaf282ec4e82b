import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import {
  COMMUNITY_VAULT,
  DAO_APP,
  EMPTY,
  ETH,
  FINEST,
  TREASURY,
  UNPRICED,
  USDC,
  WHOLE
} from "../../sandbox/mochi/demoWorld.ts"
import type { Fault } from "../../sandbox/mochi/Faults.ts"
import { Fault as MochiFault } from "../../sandbox/mochi/Faults.ts"
import type { Operation } from "../../sandbox/mochi/routes.ts"
import { buttonsOf, fieldOf } from "../../sandbox/transcript.ts"
import {
  addNewcomer,
  expectAlive,
  expectError,
  expectValidRequests,
  kudosAnswer,
  sendKudos,
  textOf,
  withFault
} from "./steps.ts"
import { RunningWorld } from "./world.ts"
import type { World } from "./world.ts"

interface Given {
  readonly recipient?: "ada" | "mallory" | "robot" | "linus"
  readonly sender?: "mallory"
  readonly application?: string
  readonly vault?: string
  readonly token?: string
  readonly amount?: string
}
type Refusal = readonly [what: string, given: Given, words: string]

/** The options with the person meant by `recipient`. */
const withPerson = (world: World, { recipient, sender: _, ...options }: Given) => ({
  ...options,
  ...(recipient === undefined ? {} : { recipient: world[recipient] })
})

const profileUrl = "https://profiles.example/new"

const running = RunningWorld.layer({
  mode: "gateway",
  environment: { MAX_RETRIES: "1", MOCHI_PROFILE_URL: profileUrl }
})

layer(running, { excludeTestServices: true })("/kudos", it => {
  it.effect("is acknowledged in private before Mochi is asked, and answered with the request", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { ada, grace, mochi } = world
      yield* mochi.forgetCalls
      const run = yield* sendKudos(world, { reason: "for *help* and <@&1> @everyone" })
      const ack = yield* run.acked
      expect(ack.callback).toEqual({ type: 5, flags: 64 })
      expect(ack.ms).toBeLessThan(1000)
      const [firstCall] = yield* mochi.calls
      if (firstCall !== undefined) expect(firstCall.at).toBeGreaterThanOrEqual(ack.at)

      const answer = yield* run.answered
      const [embed] = answer.embeds
      expect(embed?.title).toBe("Kudos Request Created")
      expect(embed?.fields?.map(({ name, value }) => [name, value])).toEqual([
        ["Amount", "**10.5 USDC** (≈ $10.50)"],
        ["Token", "USDC · Ethereum"],
        ["Kudos to", `<@${grace.id}>`],
        ["From vault", "Community Vault (DAO App)"],
        ["Reason", "for \\*help\\* and \\<@&1> @everyone"]
      ])
      expect(textOf(answer)).toContain(
        "The application owner will be notified to approve or reject this kudos request."
      )
      expect(answer.ephemeralFor).toBe(ada.id)
      expect(answer.pings).toEqual({ users: [], roles: [], everyone: false })
    })
  )

  it.effect("asks Mochi once, with the exact amount and everything needed to find the request again", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { ada, channel, grace, guild, mochi } = world
      yield* mochi.forgetCalls
      const run = yield* sendKudos(world, { amount: "1,000.25", reason: "thanks" })
      yield* run.answered
      const creates = yield* mochi.creates
      expect(creates).toHaveLength(1)
      const call = creates[0]!.call
      expect(creates[0]!.idempotencyKey).toBe(run.interaction.id)
      expect(call.path).toBe(
        `/api/v1/profiles/90101/applications/${DAO_APP}/vaults/${COMMUNITY_VAULT}/transfer-requests`
      )
      expect(call.headers["user-agent"]).toMatch(/^mochi-discord\/\S+$/)
      expect(call.headers["traceparent"]).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
      expect(JSON.parse(call.body)).toEqual({
        recipient_profile_id: "90102",
        token_id: USDC.id,
        token_amount: "1000250000",
        description: "thanks",
        requester_metadata: {
          platform: "discord",
          discord_user_id: ada.id,
          guild_id: guild.id,
          channel_id: channel.id,
          interaction_id: run.interaction.id
        }
      })
      expect(grace.id).not.toBe(ada.id)
    })
  )

  const amounts: ReadonlyArray<
    readonly [typed: string, token: string, vault: string, exact: string, shown: string]
  > = [
    [".5", USDC.id, COMMUNITY_VAULT, "500000", "**0.5 USDC** (≈ $0.50)"],
    [" 1.5K ", USDC.id, COMMUNITY_VAULT, "1500000000", "**1500 USDC** (≈ $1500.00)"],
    ["$20", ETH.id, COMMUNITY_VAULT, "7960705955404125", "**0.007960705955404125 ETH** (≈ $20.00)"],
    ["25%", WHOLE.id, COMMUNITY_VAULT, "3", "**3 TICKET**"],
    ["half", UNPRICED.id, COMMUNITY_VAULT, "21000000000000", "**21000 MOON**"],
    [
      "ALL",
      FINEST.id,
      TREASURY,
      (3n * 10n ** 36n + 1n).toString(),
      `**3.${"0".repeat(35)}1 FINE** (≈ $1.50)`
    ],
    [`0.${"0".repeat(35)}1`, FINEST.id, TREASURY, "1", `**0.${"0".repeat(35)}1 FINE** (≈ $0.00)`],
    ["1.10000000000", USDC.id, COMMUNITY_VAULT, "1100000", "**1.1 USDC** (≈ $1.10)"]
  ]
  it.effect.each(amounts)("reads an amount exactly: %s", ([amount, token, vault, exact, shown]) =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      yield* world.mochi.forgetCalls
      const answer = yield* kudosAnswer(world, { amount, token, vault })
      expect(fieldOf(answer, "Amount")).toBe(shown.replaceAll("*", ""))
      const [create] = yield* world.mochi.creates
      expect(JSON.parse(create!.call.body).token_amount).toBe(exact)
    })
  )

  const typedByHand = [
    ["names, in any case", { application: "dao APP", vault: " community vault ", token: "usd coin" }],
    ["a symbol, in any case", { application: DAO_APP, vault: COMMUNITY_VAULT, token: "usdc" }]
  ] as const
  it.effect.each(typedByHand)("takes %s for what was not picked", ([, options]) =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      yield* world.mochi.forgetCalls
      expect(textOf(yield* kudosAnswer(world, options))).toContain("Kudos Request Created")
      const [create] = yield* world.mochi.creates
      expect(create!.call.path).toContain(`/applications/${DAO_APP}/vaults/${COMMUNITY_VAULT}/`)
    })
  )

  it.effect("takes an id before a name, and asks to pick where names are not enough", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { mochi } = world
      const application = ([id, name]: readonly [string, string]) => ({
        id,
        name,
        ownerProfileId: "90103",
        adminProfileIds: [],
        memberProfileIds: [],
        vaults: [{ profileId: COMMUNITY_VAULT, name: "Community Vault" }]
      })
      const added = (
        [
          ["881", "Twins"],
          ["882", "twins"],
          ["883", "881"]
        ] as const
      ).map(application)
      yield* mochi.updateWorld(before => ({
        ...before,
        applications: [...before.applications, ...added]
      }))
      const { user } = yield* addNewcomer(world, ["881", "882", "883"])
      const unclear = yield* kudosAnswer(world, { application: "TWINS" }, user)
      expectError(unclear, "pick one from the list", user)
      const byId = yield* kudosAnswer(world, { application: "881" }, user)
      expect(fieldOf(byId, "From vault")).toBe("Community Vault (Twins)")
    })
  )

  it.effect.each<Refusal>([
    ["yourself", { recipient: "ada" }, "You cannot send kudos to yourself"],
    ["a bot", { recipient: "robot" }, "You cannot send kudos to a bot"],
    ["no number", { amount: "ten" }, "Please enter a valid positive number"],
    ["a decimal comma (C1)", { amount: "0,500" }, "A decimal is written with a point"],
    ["a decimal comma of USD (C1)", { amount: "$0,5" }, "Please enter a valid positive number"],
    ["zero", { amount: "0.00" }, "Please enter a valid positive number"],
    ["a negative number", { amount: "-1" }, "Please enter a valid positive number"],
    ["an exponent", { amount: "1e3" }, "Please enter a valid positive number"],
    ["what rounds down to zero", { amount: "$0.0000001" }, "Please enter a valid positive number"],
    ["USD of a token without a price", { amount: "$5", token: UNPRICED.id }, "no USD price"],
    ["USD of a token whose price is null", { amount: "$5", token: WHOLE.id }, "no USD price"],
    ["more decimals than the token has", { amount: "1.0000001" }, "at most 6 decimal places"],
    ["a part of a token without parts", { amount: "1.5", token: WHOLE.id }, "at most 0 decimal places"],
    ["more than there is", { amount: "99999999.5" }, "You can send at most"],
    ["over 100 %", { amount: "100.01%" }, "You can send at most"],
    ["all of nothing", { amount: "all", token: EMPTY.id }, "You can send at most 0 DUST as kudos"],
    ["an unknown application", { application: "nowhere" }, "was not found among your applications"],
    ["an application of others", { application: "456x" }, "was not found among your applications"],
    ["an unknown vault", { vault: "nowhere" }, "was not found among your vaults"],
    ["another application's vault", { vault: "70021" }, "was not found among your vaults"],
    ["an unknown token", { token: "nothing" }, "was not found in the vault"],
    ["a token of another vault", { token: FINEST.id }, "was not found in the vault"],
    ["somebody without a profile", { recipient: "mallory" }, "does not have a Mochi profile"]
  ])("refuses %s", ([, given, words]) =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { ada, mallory, mochi } = world
      yield* mochi.forgetCalls
      const answer = yield* kudosAnswer(world, withPerson(world, given))
      expectError(answer, words, ada)
      if (words.endsWith("Mochi profile")) expect(textOf(answer)).toContain(`<@${mallory.id}>`)
      expect(yield* mochi.creates).toEqual([])
    })
  )

  it.effect("says how much can be sent, exactly", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const answer = yield* kudosAnswer(world, { token: ETH.id, amount: "2" })
      expectError(answer, "You can send at most 1.234567890123456789 ETH as kudos", world.ada)
    })
  )

  it.effect("offers a link to somebody without a profile", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const answer = yield* kudosAnswer(world, {}, world.mallory)
      expectError(answer, "Could not find your profile", world.mallory)
      expect(buttonsOf(answer).map(({ url }) => url)).toEqual([profileUrl])
    })
  )

  it.effect("takes a second Discord account of the same person for the person", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { ada, discord, guild, mochi } = world
      const second = discord.world.addUser({ username: "ada2" })
      discord.world.addMember(guild, second)
      yield* mochi.updateWorld(before => ({
        ...before,
        profiles: before.profiles.map(profile =>
          profile.id === "90101"
            ? {
                ...profile,
                accounts: [...profile.accounts, { platform: "discord", identifier: second.id }]
              }
            : profile
        )
      }))
      expectError(yield* kudosAnswer(world, { recipient: second }), "You cannot send kudos to yourself", ada)
    })
  )

  // Each of these also fails every later check.
  it.effect.each<Refusal>([
    ["self", { recipient: "ada", amount: "x", application: "?" }, "to yourself"],
    ["bot recipient", { recipient: "robot", amount: "x", application: "?" }, "to a bot"],
    [
      "amount form",
      { sender: "mallory", recipient: "linus", amount: "x", application: "?" },
      "valid positive number"
    ],
    [
      "sender profile",
      { sender: "mallory", recipient: "linus", application: "?", vault: "?" },
      "Could not find your profile"
    ],
    ["application", { application: "?", vault: "?", token: "?" }, "among your applications"],
    ["vault", { vault: "?", token: "?", amount: "99999999.12345678" }, "among your vaults"],
    ["token in vault", { token: "?", amount: "99999999.12345678" }, "not found in the vault"],
    ["decimals", { amount: "99999999.12345678", recipient: "mallory" }, "decimal places"],
    ["balance", { amount: "99999999", recipient: "mallory" }, "You can send at most"],
    ["recipient profile", { recipient: "mallory" }, "does not have a Mochi profile"]
  ])("checks the %s before what comes after it", ([, given, words]) =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const from = given.sender === "mallory" ? world.mallory : world.ada
      const refused = withPerson(world, { recipient: "mallory", ...given })
      expectError(yield* kudosAnswer(world, refused, from), words, from)
    })
  )

  const listings: ReadonlyArray<Operation> = ["profileByDiscord", "applications", "vaults", "balances"]
  const status = (code: number) => MochiFault.Status({ status: code })
  const failures: ReadonlyArray<readonly [Operation, Fault, string]> = [
    ...[...listings, "createTransferRequest" as const].flatMap(operation => [
      [operation, status(401), "You do not have permission"] as const,
      [operation, status(403), "You do not have permission"] as const,
      [operation, status(418), "Something went wrong"] as const
    ]),
    ...listings.flatMap(operation => [
      [operation, status(503), "Mochi is not responding"] as const,
      [operation, MochiFault.ResetBefore(), "Mochi is not responding"] as const,
      [operation, MochiFault.Malformed({ kind: "html" }), "Something went wrong"] as const,
      [operation, MochiFault.Malformed({ kind: "wrongTypes" }), "Something went wrong"] as const
    ]),
    ["applications", status(404), "Something went wrong"],
    ["createTransferRequest", status(429), "Mochi is not responding"]
  ]
  it.scoped.each(failures)("tells of Mochi's %s failing with %j", ([operation, fault, words]) =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      yield* withFault(world, { fault, operations: [operation] })
      expectError(yield* kudosAnswer(world), words, world.ada)
    })
  )

  it.scoped("reads the balance afresh each time", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { ada, mochi } = world
      const [holder, token] = [COMMUNITY_VAULT, EMPTY.id]
      expectError(yield* kudosAnswer(world, { token, amount: "1" }), "at most 0 DUST", ada)
      yield* mochi.setBalance(holder, token, 200_000_000n)
      yield* Effect.addFinalizer(() => mochi.setBalance(holder, token, 0n))
      expect(textOf(yield* kudosAnswer(world, { token, amount: "1" }))).toContain("Kudos Request Created")
    })
  )

  it.effect("delivered twice is answered once and asks Mochi once", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { discord, mochi } = world
      yield* mochi.forgetCalls
      discord.deliverTwice(1)
      const run = yield* sendKudos(world)
      expect(textOf(yield* run.answered)).toContain("Kudos Request Created")
      // Whatever the second delivery does, it has done by the time a later command is answered.
      yield* kudosAnswer(world, { amount: "1" })
      const mine = (yield* mochi.creates).filter(create => create.interactionId === run.interaction.id)
      expect(mine).toHaveLength(1)
      expect(run.interaction.refusedCallbacks).toEqual([])
      expect(run.followUps()).toEqual([])
    })
  )

  it.effect("sent only what Discord's document allows, and lives on", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      expectValidRequests(world)
      yield* expectAlive(world)
    })
  )
})
