import { SqlClient } from "@effect/sql"
import { expect, layer } from "@effect/vitest"
import { BigDecimal, Context, DateTime, Effect, FastCheck as fc, Layer, Option } from "effect"
import * as KudosIntentsSql from "../../../src/adapters/postgres/KudosIntentsSql.ts"
import {
  ApplicationId,
  ChannelId,
  DiscordUserId,
  GuildId,
  InteractionId,
  ProfileId,
  RequestCode,
  TokenId,
  VaultProfileId
} from "../../../src/domain/Ids.ts"
import type { KudosDraft } from "../../../src/domain/Kudos.ts"
import { KudosIntents } from "../../../src/ports/KudosIntents.ts"
import type { IntentOutcome } from "../../../src/ports/KudosIntents.ts"
import { Leadership } from "../../../src/ports/Leadership.ts"
import * as TestDatabase from "../../support/postgres.ts"
import { anyText } from "./storedRequests.ts"

const sender = DiscordUserId.make("123456789012345671")
const recipient = DiscordUserId.make("123456789012345672")

const draft = (id: string): KudosDraft => ({
  interactionId: InteractionId.make(id),
  sender: {
    discordUserId: sender,
    profile: { id: ProfileId.make("p-sender"), name: "Sam", discordUserId: Option.some(sender) }
  },
  recipient: {
    discordUserId: recipient,
    profile: { id: ProfileId.make("p-recipient"), name: "Rita", discordUserId: Option.none() }
  },
  application: { id: ApplicationId.make("123"), name: "DAO App" },
  vault: { id: VaultProfileId.make("v-1"), name: "Community Vault" },
  holding: {
    token: {
      id: TokenId.make("t-1"),
      symbol: "USDC",
      name: "USD Coin",
      decimals: 6,
      price: Option.some(BigDecimal.unsafeFromString("1.0005")),
      chain: Option.some("Ethereum")
    },
    available: { baseUnits: 99_000_000n, decimals: 6 }
  },
  amount: { baseUnits: 10_500_000n, decimals: 6 },
  reason: Option.some("For the docs"),
  guildId: Option.some(GuildId.make("18446744073709551615")),
  channelId: Option.some(ChannelId.make("42"))
})

/** The port as one process sees it, to whom the processes in `gone` have ended. */
const asProcess = (processId: number, gone: ReadonlyArray<number> = []) =>
  Effect.gen(function* () {
    const leadership = Layer.mock(Leadership, {
      processId,
      isGone: id => Effect.succeed(gone.includes(id))
    })
    const built = yield* Layer.build(Layer.provide(KudosIntentsSql.layer, leadership))
    return Context.get(built, KudosIntents)
  })

const created = (code: Option.Option<string>): IntentOutcome => ({
  _tag: "Created",
  code: Option.map(code, text => RequestCode.make(text))
})
const unknown: IntentOutcome = { _tag: "Unknown" }
const notCreated: IntentOutcome = { _tag: "NotCreated" }

layer(TestDatabase.layer)("kudos intents", it => {
  const stateOf = (id: string) =>
    Effect.flatMap(
      SqlClient.SqlClient,
      sql => sql`select state, request_code from kudos_intents where interaction_id = ${id}`
    )

  it.scoped("hold what the draft says, at the moment of storing", () =>
    Effect.gen(function* () {
      const intents = yield* asProcess(1)
      const sql = yield* SqlClient.SqlClient
      const stored = yield* intents.store(draft("100"), Option.some("00-trace-span-01"))
      expect(stored).toEqual({
        interactionId: "100",
        state: "sending",
        vault: { profileId: "p-sender", applicationId: "123", vaultId: "v-1" },
        tokenName: "USD Coin",
        recipient,
        facts: {
          applicationName: "DAO App",
          vaultName: "Community Vault",
          amount: "10.5",
          symbol: "USDC",
          usd: Option.some("10.51"),
          chain: Option.some("Ethereum"),
          reason: Option.some("For the docs"),
          owner: { profileId: Option.none(), discordUserId: Option.none() },
          requester: { profileId: Option.some("p-sender"), discordUserId: Option.some(sender) },
          recipient: { profileId: Option.some("p-recipient"), discordUserId: Option.some(recipient) },
          expiresAt: Option.none(),
          guildId: Option.some("18446744073709551615"),
          channelId: Option.some("42")
        },
        storedAt: stored.storedAt,
        code: Option.none(),
        origin: Option.some("00-trace-span-01")
      })
      expect(Math.abs(DateTime.toEpochMillis(stored.storedAt) - Date.now())).toBeLessThan(60_000)
      expect(yield* intents.find(stored.interactionId)).toEqual(Option.some(stored))
      expect(yield* intents.find(InteractionId.make("101"))).toEqual(Option.none())
      expect(yield* sql`select state, holder from kudos_intents where interaction_id = '100'`).toEqual([
        { state: "sending", holder: "1" }
      ])
    })
  )

  it.scoped("have no USD without a price, or with a price of zero", () =>
    Effect.gen(function* () {
      const intents = yield* asProcess(1)
      const { holding, ...rest } = draft("110")
      const priced = (id: string, price: Option.Option<BigDecimal.BigDecimal>) =>
        intents.store(
          {
            ...rest,
            interactionId: InteractionId.make(id),
            holding: { ...holding, token: { ...holding.token, price } }
          },
          Option.none()
        )
      expect((yield* priced("110", Option.none())).facts.usd).toEqual(Option.none())
      expect((yield* priced("111", Option.some(BigDecimal.fromBigInt(0n)))).facts.usd).toEqual(Option.none())
    })
  )

  let run = 2_000n
  it.effect.prop(
    "keep any text and any exact amount",
    { name: anyText, reason: anyText, baseUnits: fc.bigInt(1n, 10n ** 40n), decimals: fc.nat(30) },
    ({ baseUnits, decimals, name, reason }) =>
      Effect.gen(function* () {
        const intents = yield* asProcess(1)
        const plain = draft(`${run++}`)
        const stored = yield* intents.store(
          {
            ...plain,
            vault: { ...plain.vault, name },
            reason: Option.some(reason),
            amount: { baseUnits, decimals }
          },
          Option.none()
        )
        const found = Option.getOrThrow(yield* intents.find(plain.interactionId))
        expect(found).toEqual(stored)
        expect(found.facts.vaultName).toBe(name)
        expect(found.facts.reason).toEqual(Option.some(reason))
        const amount = BigDecimal.unsafeFromString(found.facts.amount)
        expect(BigDecimal.equals(amount, BigDecimal.make(baseUnits, decimals))).toBe(true)
      }).pipe(Effect.scoped),
    { fastCheck: { numRuns: 40 } }
  )

  it.scoped("take NUL characters as replacement marks", () =>
    Effect.gen(function* () {
      const intents = yield* asProcess(1)
      const stored = yield* intents.store({ ...draft("120"), reason: Option.some("a\u0000b") }, Option.none())
      expect(stored.facts.reason).toEqual(Option.some("a\uFFFDb"))
    })
  )

  it.scoped("are stored once for an interaction", () =>
    Effect.gen(function* () {
      const intents = yield* asProcess(1)
      yield* intents.store(draft("130"), Option.none())
      expect(yield* Effect.flip(intents.store(draft("130"), Option.none()))).toMatchObject({
        _tag: "StoreUnavailable",
        operation: "KudosIntents.store"
      })
    })
  )

  it.scoped("may turn out created after being unknown, and then stay so with their first code", () =>
    Effect.gen(function* () {
      const intents = yield* asProcess(1)
      const { interactionId } = yield* intents.store(draft("140"), Option.none())
      yield* intents.finish(interactionId, unknown)
      expect(yield* stateOf("140")).toEqual([{ state: "unknown", request_code: null }])
      yield* intents.finish(interactionId, created(Option.none()))
      yield* intents.finish(interactionId, created(Option.some("A\u0000-1")))
      for (const later of [unknown, notCreated, created(Option.some("B-2")), created(Option.none())]) {
        yield* intents.finish(interactionId, later)
        expect(yield* stateOf("140")).toEqual([{ state: "created", request_code: "A\uFFFD-1" }])
      }
      yield* intents.store(draft("141"), Option.none())
      yield* intents.finish(InteractionId.make("141"), notCreated)
      expect(yield* stateOf("141")).toEqual([{ state: "not_created", request_code: null }])
    })
  )

  it.scoped("are adopted from processes that are gone, unfinished ones only, and by one taker", () =>
    Effect.gen(function* () {
      const [gone, alive] = [yield* asProcess(11), yield* asProcess(12)]
      const ids = Array.from({ length: 20 }, (_, index) => `${3000 + index}`)
      for (const id of ids) yield* gone.store(draft(id), Option.none())
      yield* gone.store(draft("3100"), Option.none())
      yield* gone.finish(InteractionId.make("3100"), unknown)
      yield* alive.store(draft("3200"), Option.none())
      const takers = yield* Effect.forEach([13, 14, 15, 16], id => asProcess(id, [11]))
      const taken = yield* Effect.forEach(takers, taker => taker.adopt, { concurrency: "unbounded" })
      expect(taken.flatMap(intents => intents.map(intent => `${intent.interactionId}`)).sort()).toEqual(ids)
      for (const taker of takers) expect(yield* taker.adopt).toEqual([])
      expect((yield* (yield* asProcess(17, [12])).adopt).map(intent => intent.interactionId)).toEqual([
        "3200"
      ])
    })
  )

  it.scoped("pass on again when their adopter ends too", () =>
    Effect.gen(function* () {
      yield* (yield* asProcess(21)).store(draft("4000"), Option.none())
      const adopted = yield* (yield* asProcess(22, [21])).adopt
      expect(adopted).toHaveLength(1)
      expect(yield* (yield* asProcess(23, [21])).adopt).toEqual([])
      expect(yield* (yield* asProcess(24, [21, 22])).adopt).toEqual(adopted)
    })
  )

  it.scoped(
    "are not taken where one of them does not decode, and not found once their people were erased",
    () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const [gone, taker] = [yield* asProcess(31), yield* asProcess(32, [31])]
        yield* gone.store(draft("5000"), Option.none())
        yield* gone.store(draft("5001"), Option.none())
        yield* sql`update kudos_intents set guild_id = 'nowhere' where interaction_id = '5000'`
        expect(yield* Effect.flip(taker.adopt)).toMatchObject({ operation: "KudosIntents.adopt" })
        yield* sql`update kudos_intents set guild_id = null, recipient_discord_id = 'erased:1'
        where interaction_id = '5000'`
        expect((yield* taker.adopt).map(intent => intent.interactionId)).toEqual(["5001"])
        expect(yield* taker.find(InteractionId.make("5000"))).toEqual(Option.none())
      })
  )
})
