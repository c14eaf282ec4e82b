import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import {
  COMMUNITY_VAULT,
  DAO_APP,
  GRANTS_VAULT,
  RESEARCH_GUILD,
  TREASURY
} from "../../sandbox/mochi/demoWorld.ts"
import { Fault } from "../../sandbox/mochi/Faults.ts"
import { addNewcomer, expectAlive, expectValidRequests, suggestions, withFault } from "./steps.ts"
import { RunningWorld } from "./world.ts"

const commandTimeout = 2000

const running = RunningWorld.layer({
  mode: "gateway",
  environment: { MAX_RETRIES: "1", COMMAND_TIMEOUT: String(commandTimeout) }
})

layer(running, { excludeTestServices: true })("suggestions", it => {
  const names = (choices: ReadonlyArray<{ readonly name: string }>) => choices.map(({ name }) => name)

  it.effect("are the person's own applications, then vaults, then tokens with a balance", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      expect(yield* suggestions(world, "application", "")).toEqual([
        { name: "DAO App", value: DAO_APP },
        { name: "Research Guild", value: RESEARCH_GUILD }
      ])
      expect(yield* suggestions(world, "vault", "", { application: DAO_APP })).toEqual([
        { name: "Community Vault", value: COMMUNITY_VAULT },
        { name: "Treasury", value: TREASURY }
      ])
      const tokens = yield* suggestions(world, "token", "", {
        application: DAO_APP,
        vault: COMMUNITY_VAULT
      })
      expect(names(tokens)).toEqual([
        "ETH · 1.234567890123456789 (≈ $3101.65) · Ethereum",
        "MOON · 42000",
        "TICKET · 12",
        "USDC · 2500.75 (≈ $2500.75) · Ethereum"
      ])
      expect(tokens.map(({ value }) => value)).toEqual(["2", "tok-moon", "5", "1"])
    })
  )

  it.effect("match symbol and name of a token, in any case", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const vault = { application: DAO_APP, vault: COMMUNITY_VAULT }
      const symbols = (typed: string) =>
        Effect.map(suggestions(world, "token", typed, vault), found =>
          names(found).map(name => name.split(" · ")[0])
        )
      expect(yield* symbols("usd COIN")).toEqual(["USDC"])
      expect(yield* symbols("eth")).toEqual(["ETH"])
      expect(yield* symbols("T")).toEqual(["TICKET", "ETH", "MOON"])
      expect(yield* symbols("dust")).toEqual([])
      expect(yield* symbols("no such")).toEqual([])
    })
  )

  it.effect("resolve what they depend on as the command does, and need it", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const vaults = yield* suggestions(world, "vault", "", { application: " research GUILD" })
      expect(vaults).toEqual([{ name: "Grants", value: GRANTS_VAULT }])
      const tokens = yield* suggestions(world, "token", "", { application: "dao app", vault: "treasury" })
      expect(tokens.map(({ value }) => value)).toEqual(["6", "1"])
      expect(yield* suggestions(world, "vault", "")).toEqual([])
      expect(yield* suggestions(world, "vault", "", { application: "" })).toEqual([])
      expect(yield* suggestions(world, "vault", "", { application: "nowhere" })).toEqual([])
      expect(yield* suggestions(world, "token", "", { application: DAO_APP })).toEqual([])
      expect(yield* suggestions(world, "token", "", { vault: COMMUNITY_VAULT })).toEqual([])
      expect(yield* suggestions(world, "token", "", { application: DAO_APP, vault: GRANTS_VAULT })).toEqual(
        []
      )
    })
  )

  it.effect("are 25 at most, prefix first, then what contains it, each by name and cut to 100", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const numbers = Array.from({ length: 20 }, (_, index) => String(index).padStart(2, "0"))
      const named = [
        ...numbers.map(number => ({ id: `51${number}`, name: `The Zebra ${number}` })),
        ...numbers
          .slice(0, 10)
          .map(number => ({ id: `52${number}`, name: `zebra ${number} ${"x".repeat(300)}` })),
        { id: "5300", name: "Horse" }
      ]
      yield* world.mochi.updateWorld(before => ({
        ...before,
        applications: [
          ...before.applications,
          ...named.map(one => ({
            ...one,
            ownerProfileId: "90103",
            adminProfileIds: [],
            memberProfileIds: [],
            vaults: []
          }))
        ]
      }))
      const { user } = yield* addNewcomer(
        world,
        named.map(({ id }) => id)
      )
      const found = yield* suggestions(world, "application", "ZEBRA", {}, user)
      expect(found).toHaveLength(25)
      expect(found.map(({ value }) => value)).toEqual([
        ...numbers.slice(0, 10).map(number => `52${number}`),
        ...numbers.slice(0, 15).map(number => `51${number}`)
      ])
      expect(Math.max(...names(found).map(name => name.length))).toBe(100)
    })
  )

  it.effect("are none for somebody without profile, or without applications", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      expect(yield* suggestions(world, "application", "", {}, world.mallory)).toEqual([])
      expect(yield* suggestions(world, "application", "", {}, world.grace)).toEqual([])
      expect(yield* suggestions(world, "vault", "", { application: DAO_APP }, world.grace)).toEqual([])
    })
  )

  it.scoped("ask Mochi once for equal look-ups in flight, and not again for the next keystrokes", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { mochi } = world
      const { user } = yield* addNewcomer(world)
      yield* withFault(world, { fault: Fault.Latency({ duration: "100 millis" }) })
      yield* mochi.forgetCalls
      const typed = ["", "d", "da", "dao", "dao ", "dao a"]
      const options = { application: DAO_APP, vault: COMMUNITY_VAULT }
      const found = yield* Effect.forEach(typed, text => suggestions(world, "token", text, options, user), {
        concurrency: "unbounded"
      })
      expect(found[0]).toHaveLength(4)
      yield* suggestions(world, "token", "u", options, user)
      yield* suggestions(world, "vault", "", { application: DAO_APP }, user)
      expect((yield* mochi.calls).map(({ operation }) => operation)).toEqual([
        "profileByDiscord",
        "applications",
        "vaults",
        "balances"
      ])
    })
  )

  const broken = [
    Fault.Status({ status: 500 }),
    Fault.Status({ status: 403 }),
    Fault.Status({ status: 404 }),
    Fault.ResetBefore(),
    Fault.Malformed({ kind: "html" }),
    Fault.Malformed({ kind: "empty" }),
    Fault.Malformed({ kind: "huge" }),
    Fault.Malformed({ kind: "wrongTypes" }),
    Fault.Malformed({ kind: "truncated" }),
    Fault.Malformed({ kind: "cut" })
  ]
  it.effect.each(broken)("are none while Mochi fails with %j, and there again right afterwards", fault =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { user } = yield* addNewcomer(world)
      const suggest = suggestions(world, "application", "", {}, user)
      expect(
        yield* Effect.scoped(
          Effect.zipRight(withFault(world, { fault, operations: ["applications"] }), suggest)
        )
      ).toEqual([])
      expect(names(yield* suggest)).toEqual(["DAO App"])
    })
  )

  it.scoped.each([
    ["hangs", Fault.HangBefore()],
    ["takes far too long", Fault.Latency({ duration: "5 seconds" })]
  ] as const)("are none, in time, while Mochi %s", ([, fault]) =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { discord, guild } = world
      const { user } = yield* addNewcomer(world)
      yield* withFault(world, { fault, operations: ["profileByDiscord"] })
      const typing = yield* discord.people.autocomplete({
        user,
        guild,
        name: "kudos",
        focused: { name: "application", value: "d" }
      })
      expect(yield* typing.choices).toEqual([])
      expect((yield* typing.acked).ms).toBeLessThanOrEqual(commandTimeout)
    })
  )

  it.effect("were sent only as Discord's document allows, and the service lives on", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      const { discord } = world
      expect([...discord.interactions.all.values()].filter(({ failure }) => failure !== null)).toEqual([])
      expectValidRequests(world)
      yield* expectAlive(world)
    })
  )
})
