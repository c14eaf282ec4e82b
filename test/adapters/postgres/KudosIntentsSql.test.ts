import { SqlClient } from "@effect/sql"
import { expect, layer } from "@effect/vitest"
import { BigDecimal, Context, DateTime, Effect, FastCheck as fc, Layer, Option } from "effect"
import * as KudosIntentsSql from "../../../src/adapters/postgres/KudosIntentsSql.ts"
import { ProcessLease } from "../../../src/adapters/postgres/ProcessLease.ts"
import {
  ApplicationId,
  ChannelId,
  UserId,
  CommunityId,
  InteractionId,
  ProfileId,
  RequestCode,
  TokenId,
  VaultProfileId
} from "../../../src/domain/Ids.ts"
import type { KudosDraft } from "../../../src/domain/Kudos.ts"
import { KudosIntents } from "../../../src/ports/KudosIntents.ts"
import type { IntentOutcome } from "../../../src/ports/KudosIntents.ts"
import * as pseudonyms from "../../support/pseudonyms.ts"
import * as TestDatabase from "../../support/postgres.ts"
import { anyText } from "./storedRequests.ts"

const sender = UserId.make("123456789012345671")
const recipient = UserId.make("123456789012345672")

const draft = (id: string): KudosDraft => ({
  interactionId: InteractionId.make(id),
  sender: {
    userId: sender,
    profile: { id: ProfileId.make("p-sender"), name: "Sam", userId: Option.some(sender) }
  },
  recipient: {
    userId: recipient,
    profile: { id: ProfileId.make("p-recipient"), name: "Rita", userId: Option.none() }
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
  communityId: Option.some(CommunityId.make("18446744073709551615")),
  channelId: Option.some(ChannelId.make("42"))
})

/** The port as the process with that lease sees it; its lease is fresh, and those of `gone` have lapsed. */
const asProcess = (id: number, gone: ReadonlyArray<number> = []) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const seen = (lease: number, at: string) =>
      sql`insert into processes (id, seen_at) values (${lease}, ${at}::timestamptz)
        on conflict (id) do update set seen_at = excluded.seen_at`
    yield* seen(id, "now")
    for (const lapsed of gone) yield* seen(lapsed, "-infinity")
    const lease = Layer.mock(ProcessLease, { id: Effect.succeed(id), holds: () => Effect.succeed(true) })
    const { adopt, find, finish, store, withdraw } = Context.get(
      yield* Layer.build(Layer.provide(KudosIntentsSql.layer, Layer.merge(lease, pseudonyms.layer))),
      KudosIntents
    )
    return {
      adopt,
      find,
      finish,
      withdraw,
      storeClaimed: store,
      /** Claims the interaction first, as the router does. */
      store: (draft: KudosDraft, origin: Option.Option<string>) =>
        sql`insert into interactions (id, user_id, holder, awaits_answer) values (${draft.interactionId}, ${sender}, ${id}, true)
          on conflict do nothing`.pipe(
          Effect.zipRight(store(draft, origin)),
          Effect.map(({ intent }) => intent)
        )
    }
  })

const created = (code: Option.Option<string>): IntentOutcome => ({
  _tag: "Created",
  code: Option.map(code, text => RequestCode.make(text))
})
const unknown: IntentOutcome = { _tag: "Unknown" }

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
        vault: { applicationId: "123", vaultId: "v-1" },
        tokenName: "USD Coin",
        facts: {
          applicationName: "DAO App",
          vaultName: "Community Vault",
          amount: "10.5",
          symbol: "USDC",
          usd: Option.some("10.51"),
          chain: Option.some("Ethereum"),
          reason: Option.some("For the docs"),
          owner: { profileId: Option.none(), userId: Option.none() },
          requester: { profileId: Option.some("p-sender"), userId: Option.some(sender) },
          recipient: { profileId: Option.some("p-recipient"), userId: Option.some(recipient) },
          expiresAt: Option.none(),
          communityId: Option.some("18446744073709551615"),
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
      for (const later of [unknown, created(Option.some("B-2")), created(Option.none())]) {
        yield* intents.finish(interactionId, later)
        expect(yield* stateOf("140")).toEqual([{ state: "created", request_code: "A\uFFFD-1" }])
      }
      yield* intents.store(draft("141"), Option.none())
      yield* intents.withdraw(InteractionId.make("141"))
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

  it.scoped("are stored only while the same process holds the interaction (A1)", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const mine = yield* asProcess(41)
      const refused = (why: string, tag = "NoLongerHeld") =>
        Effect.map(Effect.flip(mine.storeClaimed(draft("6000"), Option.none())), ({ _tag }) =>
          expect([why, _tag]).toEqual([why, tag])
        )
      yield* refused("never claimed")
      yield* sql`insert into interactions (id, user_id, holder, awaits_answer) values ('6000', ${sender}, 42, true)`
      yield* refused("taken over")
      yield* sql`update interactions set holder = 41, awaits_answer = false where id = '6000'`
      yield* refused("ended by an erasure", "StoreUnavailable")
      yield* sql`update interactions set awaits_answer = true where id = '6000'`
      yield* sql`update processes set seen_at = clock_timestamp() - interval '1 minute' where id = 41`
      yield* refused("the lease has lapsed")
      expect(yield* stateOf("6000")).toEqual([])
      yield* sql`update processes set seen_at = clock_timestamp() where id = 41`
      yield* mine.storeClaimed(draft("6000"), Option.none())
      expect(yield* stateOf("6000")).toEqual([{ state: "sending", request_code: null }])
    })
  )

  it.scoped("are stored before the interaction is taken over, or not at all (A1)", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const mine = yield* asProcess(43)
      const claimed = (id: string) =>
        sql`insert into interactions (id, user_id, holder, awaits_answer) values (${id}, ${sender}, 43, true)`
      const takeOver = (id: string) => sql`update interactions set holder = 44 where id = ${id}`
      const ids = Array.from({ length: 60 }, (_, index) => `${7000 + index}`)
      yield* Effect.forEach(ids, claimed)
      const ends = yield* Effect.forEach(
        ids,
        id =>
          Effect.gen(function* () {
            // As whoever takes over does: what is found then is all that there will ever be.
            const taking = yield* Effect.fork(Effect.zipRight(takeOver(id), stateOf(id)))
            const stored = yield* Effect.isSuccess(mine.storeClaimed(draft(id), Option.none()))
            return [stored, (yield* taking).length === 1] as const
          }),
        { concurrency: 20 }
      )
      expect(ends.filter(([stored, found]) => stored !== found)).toEqual([])
    })
  )

  it.scoped("are withdrawn by their holder alone (A1)", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const mine = yield* asProcess(45)
      const { interactionId } = yield* mine.store(draft("8000"), Option.none())
      yield* sql`update kudos_intents set holder = 46 where interaction_id = '8000'`
      expect((yield* Effect.flip(mine.withdraw(interactionId)))._tag).toBe("NoLongerHeld")
      expect(yield* stateOf("8000")).toEqual([{ state: "sending", request_code: null }])
    })
  )

  it.scoped("of a living process are taken up again once nobody can be at them any more", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const mine = yield* asProcess(47)
      yield* mine.store(draft("8100"), Option.none())
      yield* mine.store(draft("8101"), Option.none())
      yield* sql`update kudos_intents set stored_at = now() - interval '61 seconds' where interaction_id = '8100'`
      const taken = (yield* mine.adopt).map(intent => intent.interactionId)
      expect(taken).toContain("8100")
      expect(taken).not.toContain("8101")
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
    "are not taken where one of them does not decode, and stay what was asked for once a person was erased",
    () =>
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const gone = yield* asProcess(31)
        yield* gone.store(draft("5000"), Option.none())
        yield* gone.store(draft("5001"), Option.none())
        const taker = yield* asProcess(32, [31])
        yield* sql`update kudos_intents set guild_id = 'nowhere' where interaction_id = '5000'`
        expect(yield* Effect.flip(taker.adopt)).toMatchObject({ operation: "KudosIntents.adopt" })
        yield* sql`update kudos_intents set guild_id = null, recipient_discord_id = 'erased:1'
        where interaction_id = '5000'`
        const adopted = yield* taker.adopt
        expect(adopted.map(intent => intent.interactionId).sort()).toEqual(["5000", "5001"])
        const found = Option.getOrThrow(yield* taker.find(InteractionId.make("5000")))
        expect(found.facts.recipient).toMatchObject({ isErased: true, userId: Option.none() })
      })
  )
})
