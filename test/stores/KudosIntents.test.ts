import { expect } from "@effect/vitest"
import { BigDecimal, Context, DateTime, Effect, FastCheck as fc, Option, Redacted } from "effect"
import { InteractionId, RequestCode } from "../../src/domain/Ids.ts"
import type { KudosDraft } from "../../src/domain/Kudos.ts"
import { Claims } from "../../src/ports/Claims.ts"
import { KudosIntents } from "../../src/ports/KudosIntents.ts"
import type { IntentEnd } from "../../src/ports/KudosIntents.ts"
import { anyText } from "../adapters/postgres/storedRequests.ts"
import { draft, recipient, sender } from "./drafts.ts"
import { answered } from "./conclusions.ts"
import { onEachStore, World } from "./eachStore.ts"

/** What a process has of the port. */
const over = (context: Context.Context<Claims | KudosIntents>) => {
  const [claims, intents] = [Context.get(context, Claims), Context.get(context, KudosIntents)]
  const claim = (id: InteractionId) =>
    claims.claim({
      id,
      userId: sender,
      token: Redacted.make("token"),
      locale: Option.none(),
      awaitsAnswer: true,
      limit: "button"
    })
  return {
    ...intents,
    claims,
    claim,
    /** Claims the interaction first, as the router does. */
    store: (draft: KudosDraft, origin: Option.Option<string> = Option.none()) =>
      Effect.zipRight(
        claim(draft.interactionId),
        Effect.map(intents.store(draft, origin), ({ intent }) => intent)
      ),
    storeClaimed: intents.store
  }
}

const own = Effect.map(Effect.context<Claims | KudosIntents>(), over)

const process = (id: number) => Effect.flatMap(World, world => Effect.map(world.asProcess(id), over))

const created = (code: Option.Option<string>): IntentEnd => ({
  _tag: "Created",
  code: Option.map(code, text => RequestCode.make(text))
})
const unknown: IntentEnd = { _tag: "Unknown" }

const stateOf = (id: string) =>
  Effect.flatMap(KudosIntents, intents =>
    Effect.map(
      intents.find(InteractionId.make(id)),
      Option.map(({ code, state }) => [state, Option.getOrNull(code)])
    )
  )

const idsOf = (all: ReadonlyArray<{ readonly interactionId: string }>) =>
  all.map(({ interactionId }) => interactionId).toSorted()

let run = 2_000n

onEachStore("kudos intents", it => {
  it.effect("hold what the draft says, at the moment of storing", () =>
    Effect.gen(function* () {
      const [intents, world] = [yield* own, yield* World]
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
      expect(Math.abs(DateTime.distance(stored.storedAt, yield* world.now))).toBeLessThan(60_000)
      expect(yield* intents.find(stored.interactionId)).toEqual(Option.some(stored))
      expect(yield* intents.lock(stored.interactionId)).toEqual(Option.some(stored))
      expect(yield* intents.find(InteractionId.make("101"))).toEqual(Option.none())
    })
  )

  it.effect("have no USD without a price, or with a price of zero", () =>
    Effect.gen(function* () {
      const intents = yield* own
      const { holding, ...rest } = draft("110")
      const priced = (id: string, price: Option.Option<BigDecimal.BigDecimal>) =>
        intents.store({
          ...rest,
          interactionId: InteractionId.make(id),
          holding: { ...holding, token: { ...holding.token, price } }
        })
      expect((yield* priced("110", Option.none())).facts.usd).toEqual(Option.none())
      expect((yield* priced("111", Option.some(BigDecimal.fromBigInt(0n)))).facts.usd).toEqual(Option.none())
    })
  )

  it.effect.prop(
    "keep any text and any exact amount",
    { name: anyText, reason: anyText, baseUnits: fc.bigInt(1n, 10n ** 40n), decimals: fc.nat(30) },
    ({ baseUnits, decimals, name, reason }) =>
      Effect.gen(function* () {
        const intents = yield* own
        const plain = draft(`${run++}`)
        const stored = yield* intents.store({
          ...plain,
          vault: { ...plain.vault, name },
          reason: Option.some(reason),
          amount: { baseUnits, decimals }
        })
        const found = Option.getOrThrow(yield* intents.find(plain.interactionId))
        expect(found).toEqual(stored)
        expect(found.facts.vaultName).toBe(name)
        expect(found.facts.reason).toEqual(Option.some(reason))
        const amount = BigDecimal.unsafeFromString(found.facts.amount)
        expect(BigDecimal.equals(amount, BigDecimal.make(baseUnits, decimals))).toBe(true)
      }),
    { fastCheck: { numRuns: 40 } }
  )

  it.effect("are stored once for an interaction", () =>
    Effect.gen(function* () {
      const intents = yield* own
      yield* intents.store(draft("130"))
      expect(yield* Effect.flip(intents.store(draft("130")))).toMatchObject({
        _tag: "StoreUnavailable",
        operation: "KudosIntents.store"
      })
    })
  )

  it.effect("may turn out created after being unknown, and then stay so with their first code", () =>
    Effect.gen(function* () {
      const intents = yield* own
      const { interactionId } = yield* intents.store(draft("140"))
      yield* intents.finish(interactionId, unknown)
      expect(yield* stateOf("140")).toEqual(Option.some(["unknown", null]))
      yield* intents.finish(interactionId, created(Option.none()))
      expect(yield* stateOf("140")).toEqual(Option.some(["created", null]))
      yield* intents.finish(interactionId, created(Option.some("A-1")))
      for (const later of [unknown, created(Option.some("B-2")), created(Option.none())]) {
        yield* intents.finish(interactionId, later)
        expect(yield* stateOf("140")).toEqual(Option.some(["created", "A-1"]))
      }
      yield* intents.store(draft("141"))
      yield* intents.withdraw(InteractionId.make("141"))
      expect(yield* stateOf("141")).toEqual(Option.some(["not_created", null]))
    })
  )

  it.scoped("are adopted from processes that are gone, unfinished ones only, and by one taker", () =>
    Effect.gen(function* () {
      const world = yield* World
      const [gone, alive] = [yield* process(11), yield* process(12)]
      const ids = Array.from({ length: 20 }, (_, index) => `${3000 + index}`)
      for (const id of ids) yield* gone.store(draft(id))
      yield* gone.store(draft("3100"))
      yield* gone.finish(InteractionId.make("3100"), unknown)
      yield* alive.store(draft("3200"))
      const takers = yield* Effect.forEach([13, 14, 15, 16], process)
      yield* world.ends(11)
      const taken = yield* Effect.forEach(takers, taker => taker.adopt, { concurrency: "unbounded" })
      expect(idsOf(taken.flat())).toEqual(ids)
      for (const taker of takers) expect(yield* taker.adopt).toEqual([])
      yield* world.ends(12)
      expect(idsOf(yield* (yield* process(17)).adopt)).toEqual(["3200"])
    })
  )

  it.scoped("are stored only while the same process holds the interaction (A1)", () =>
    Effect.gen(function* () {
      const world = yield* World
      const mine = yield* process(41)
      const refused = (id: string, why: string, tag = "NoLongerHeld") =>
        Effect.gen(function* () {
          // An effect in the failure of a test cannot be printed.
          const { _tag } = yield* Effect.flip(Effect.asVoid(mine.storeClaimed(draft(id), Option.none())))
          expect([why, _tag]).toEqual([why, tag])
          expect(yield* stateOf(id)).toEqual(Option.none())
        })
      yield* refused("6000", "never claimed")
      yield* (yield* process(42)).claim(InteractionId.make("6001"))
      yield* refused("6001", "somebody else's")
      yield* mine.claim(InteractionId.make("6002"))
      yield* mine.claims.conclude(answered("6002"))
      yield* refused("6002", "ended by an erasure", "StoreUnavailable")
      yield* mine.claim(InteractionId.make("6003"))
      const { mayLeave } = yield* mine.storeClaimed(draft("6003"), Option.none())
      expect(yield* stateOf("6003")).toEqual(Option.some(["sending", null]))
      expect(yield* mayLeave).toBe(true)
      yield* mine.claim(InteractionId.make("6004"))
      yield* world.ends(41)
      expect(yield* mayLeave).toBe(false)
      yield* refused("6004", "the process is taken for gone")
      yield* (yield* process(43)).claims.adopt
      yield* refused("6004", "taken over")
    })
  )

  it.scoped("are withdrawn by their holder alone (A1)", () =>
    Effect.gen(function* () {
      const world = yield* World
      const mine = yield* process(45)
      const { interactionId } = yield* mine.store(draft("8000"))
      expect((yield* Effect.flip((yield* process(46)).withdraw(interactionId)))._tag).toBe("NoLongerHeld")
      yield* world.ends(45)
      yield* (yield* process(48)).adopt
      expect((yield* Effect.flip(mine.withdraw(interactionId)))._tag).toBe("NoLongerHeld")
      expect(yield* stateOf("8000")).toEqual(Option.some(["sending", null]))
    })
  )

  it.scoped("of a living process are taken up again once nobody can be at them any more", () =>
    Effect.gen(function* () {
      const world = yield* World
      const mine = yield* process(47)
      yield* mine.store(draft("8100"))
      yield* world.passes("59 seconds")
      yield* mine.store(draft("8101"))
      expect(idsOf(yield* mine.adopt)).not.toContain("8100")
      yield* world.passes("2 seconds")
      const taken = idsOf(yield* mine.adopt)
      expect(taken).toContain("8100")
      expect(taken).not.toContain("8101")
    })
  )

  it.scoped("pass on again when their adopter ends too", () =>
    Effect.gen(function* () {
      const world = yield* World
      yield* (yield* own).adopt
      yield* (yield* process(21)).store(draft("4000"))
      const [second, third] = [yield* process(22), yield* process(23)]
      yield* world.ends(21)
      const adopted = yield* second.adopt
      expect(idsOf(adopted)).toEqual(["4000"])
      expect(yield* third.adopt).toEqual([])
      yield* world.ends(22)
      expect(yield* third.adopt).toEqual(adopted)
    })
  )
})
