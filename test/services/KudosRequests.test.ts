import { describe, expect, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Layer, Option, Ref, TestClock } from "effect"
import { InteractionId, RequestCode } from "../../src/domain/Ids.ts"
import type { TransferRequest } from "../../src/domain/TransferRequest.ts"
import { Deadline } from "../../src/context/Deadline.ts"
import { KudosIntents, NoLongerHeld } from "../../src/ports/KudosIntents.ts"
import type { IntentEnd, StoredIntent } from "../../src/ports/KudosIntents.ts"
import type { MochiError } from "../../src/ports/MochiError.ts"
import { MochiPay } from "../../src/ports/MochiPay.ts"
import type { ListedRequest } from "../../src/ports/MochiPay.ts"
import { MochiProfiles } from "../../src/ports/MochiProfiles.ts"
import type { StoreUnavailable } from "../../src/ports/StoreUnavailable.ts"
import { TransferRequests } from "../../src/ports/TransferRequests.ts"
import { KudosRequests } from "../../src/services/KudosRequests.ts"
import { RecentChoices } from "../../src/services/RecentChoices.ts"
import { Settlements } from "../../src/services/Settlements.ts"
import {
  command,
  intent,
  interactionId,
  key,
  mochiError,
  profileOf,
  silentJournal,
  storeDown,
  stored,
  usdc,
  vault
} from "./mochiWorld.ts"

interface Given {
  readonly store?: Effect.Effect<StoredIntent, StoreUnavailable | NoLongerHeld>
  readonly mayLeave?: boolean
  readonly withdraw?: Effect.Effect<void, StoreUnavailable | NoLongerHeld>
  readonly create?: Effect.Effect<Option.Option<RequestCode>, MochiError>
  readonly listed?: Effect.Effect<ReadonlyArray<ListedRequest>, MochiError>
  readonly report?: Effect.Effect<Option.Option<TransferRequest>, StoreUnavailable>
  readonly found?: Option.Option<StoredIntent>
}

const listed: ListedRequest = { code: key.code, status: "pending", interactionId: Option.some(interactionId) }

/** The service over ports that do as told; what is not told must not be called. Outcomes are what was stored last. */
const kudosOver = ({
  create,
  found,
  listed,
  mayLeave = true,
  report,
  store = Effect.succeed(intent("sending")),
  withdraw = Effect.void
}: Given) =>
  Effect.gen(function* () {
    const ends = yield* Ref.make<ReadonlyArray<IntentEnd | "Withdrawn">>([])
    const reported = yield* Ref.make(0)
    const time = yield* Ref.make<ReadonlyArray<readonly [string, number]>>([])
    const clocked = <A, E>(what: string, effect: Effect.Effect<A, E>) =>
      Effect.gen(function* () {
        const left = (yield* Deadline) - (yield* Clock.currentTimeMillis)
        yield* Ref.update(time, all => [...all, [what, left] as const])
        return yield* effect
      })
    const world = Layer.mergeAll(
      Layer.mock(MochiProfiles, { byUserId: user => clocked("profile", Effect.succeed(profileOf(user))) }),
      Layer.mock(MochiPay, {
        applications: () => Effect.succeed([{ id: key.applicationId, name: "DAO App" }]),
        vaults: () => Effect.succeed([{ id: vault.vaultId, name: "Community Vault" }]),
        holdings: () => Effect.succeed([usdc]),
        ...(create === undefined
          ? {}
          : { create: (_, mayLeave) => clocked("create", onlyWhile(mayLeave, create)) }),
        ...(listed === undefined ? {} : { recentRequests: () => clocked("list", listed) })
      }),
      Layer.mock(KudosIntents, {
        store: () => Effect.map(store, stored => ({ intent: stored, mayLeave: Effect.succeed(mayLeave) })),
        withdraw: () =>
          Effect.zipRight(
            withdraw,
            Ref.update(ends, all => [...all, "Withdrawn" as const])
          ),
        finish: (_, end) => Ref.update(ends, all => [...all, end]),
        ...(found === undefined ? {} : { find: () => Effect.succeed(found) })
      }),
      Layer.mock(Settlements, {
        _tag: "mochi/services/Settlements",
        ...(report === undefined
          ? {}
          : {
              report: () =>
                Effect.zipRight(
                  Ref.update(reported, n => n + 1),
                  report
                )
            })
      }),
      Layer.mock(TransferRequests, {
        answeredBy: id => Effect.succeed(answers(id)),
        addCreated: () => Effect.succeed(false)
      }),
      silentJournal
    )
    const kudos = yield* Effect.provide(
      KudosRequests,
      Layer.provide(KudosRequests.Default, Layer.merge(world, RecentChoices.Default))
    )
    return { kudos, ends: Ref.get(ends), reported: Ref.get(reported), time: Ref.get(time) }
  })

/** The request that the answer to the command shows. */
const answers = (id: InteractionId) => Option.filter(Option.some(stored()), () => id === interactionId)

/** As the adapter does right before sending. */
const onlyWhile = <A>(mayLeave: Effect.Effect<boolean>, create: Effect.Effect<A, MochiError>) =>
  Effect.if(mayLeave, { onTrue: () => create, onFalse: () => mochiError("Withheld") })

const known = Effect.succeed(Option.some(key.code))

describe("A create", () => {
  it.effect("whose intent cannot be stored is never sent", () =>
    Effect.gen(function* () {
      const { kudos } = yield* kudosOver({ store: storeDown })
      expect((yield* Effect.flip(kudos.submit(command)))._tag).toBe("StoreUnavailable")
    })
  )

  it.effect("that Mochi has is created, also where that cannot be stored now", () =>
    Effect.gen(function* () {
      const { kudos, reported } = yield* kudosOver({ create: known, report: storeDown })
      expect(yield* kudos.submit(command)).toMatchObject({ status: "pending" })
      expect(yield* reported).toBe(1)
    })
  )

  it.effect("shows the status that is stored, where the owner was faster than the answer", () =>
    Effect.gen(function* () {
      const { kudos } = yield* kudosOver({
        create: known,
        report: Effect.succeedSome(stored({ status: "approved" }))
      })
      expect(yield* kudos.submit(command)).toMatchObject({ status: "approved" })
    })
  )

  it.effect("that came back without a code is known by the code in the list", () =>
    Effect.gen(function* () {
      const { kudos, reported } = yield* kudosOver({
        create: Effect.succeedNone,
        listed: Effect.succeed([{ ...listed, interactionId: Option.none() }, listed]),
        report: Effect.succeedNone
      })
      yield* kudos.submit(command)
      expect(yield* reported).toBe(1)
    })
  )

  it.effect("without a code anywhere is created all the same", () =>
    Effect.gen(function* () {
      const { ends, kudos } = yield* kudosOver({
        create: Effect.succeedNone,
        listed: mochiError("Unavailable")
      })
      expect(yield* kudos.submit(command)).toMatchObject({ status: "pending" })
      expect(yield* ends).toEqual([{ _tag: "Created", code: Option.none() }])
    })
  )

  it.effect("that Mochi refused for certain is stored as not created", () =>
    Effect.gen(function* () {
      const { ends, kudos } = yield* kudosOver({ create: mochiError("Unavailable") })
      expect(yield* Effect.flip(kudos.submit(command))).toMatchObject({ reason: "Unavailable" })
      expect(yield* ends).toEqual(["Withdrawn"])
    })
  )

  it.effect(
    "whose interaction another process has taken over is not sent, and nothing is said of it (A1)",
    () =>
      Effect.gen(function* () {
        const { kudos } = yield* kudosOver({ store: new NoLongerHeld(), create: Effect.dieMessage("sent") })
        expect((yield* Effect.flip(kudos.submit(command)))._tag).toBe("NoLongerHeld")
      })
  )

  it.effect("that lost its interaction between its intent and its turn does not leave either (A1)", () =>
    Effect.gen(function* () {
      const { ends, kudos } = yield* kudosOver({ mayLeave: false, create: Effect.dieMessage("sent") })
      expect((yield* Effect.flip(kudos.submit(command)))._tag).toBe("NoLongerHeld")
      expect(yield* ends).toEqual([])
    })
  )

  it.effect("that Mochi refused is left to the process that has taken it over meanwhile (A1)", () =>
    Effect.gen(function* () {
      const { kudos } = yield* kudosOver({
        create: mochiError("Unavailable"),
        withdraw: new NoLongerHeld()
      })
      expect((yield* Effect.flip(kudos.submit(command)))._tag).toBe("NoLongerHeld")
    })
  )

  it.effect("that Mochi refused is said to be refused once the database has it, and not before", () =>
    Effect.gen(function* () {
      const tries = yield* Ref.make(0)
      const { ends, kudos } = yield* kudosOver({
        create: mochiError("Unavailable"),
        withdraw: Effect.flatMap(
          Ref.updateAndGet(tries, n => n + 1),
          n => (n < 4 ? storeDown : Effect.void)
        )
      })
      const running = yield* Effect.fork(Effect.flip(kudos.submit(command)))
      yield* TestClock.adjust("2500 millis")
      expect(yield* Fiber.poll(running)).toEqual(Option.none())
      yield* TestClock.adjust("1 second")
      expect(yield* Fiber.join(running)).toMatchObject({ reason: "Unavailable" })
      expect(yield* ends).toEqual(["Withdrawn"])
    })
  )

  it.effect.each([Effect.succeed([]), mochiError("TimedOut")])(
    "in doubt that the list does not show is unknown, and never claimed not to be",
    list =>
      Effect.gen(function* () {
        const { ends, kudos } = yield* kudosOver({ create: mochiError("TimedOut", true), listed: list })
        expect((yield* Effect.flip(kudos.submit(command)))._tag).toBe("OutcomeUnknown")
        expect(yield* ends).toEqual([{ _tag: "Unknown" }])
      })
  )

  it.effect("keeps of its 20 seconds some for finding out what became of it", () =>
    Effect.gen(function* () {
      const { kudos, time } = yield* kudosOver({
        create: mochiError("TimedOut", true),
        listed: Effect.succeed([])
      })
      yield* Effect.flip(kudos.submit(command))
      expect(new Map(yield* time)).toEqual(
        new Map([
          ["profile", 16_000],
          ["create", 16_000],
          ["list", 20_000]
        ])
      )
    })
  )
})

describe("A create whose answer was lost, in a list with copies of its interaction id (A5)", () => {
  /** The codes that are reported, in their order; of those in `others` an event told something else. */
  const looked = (others: ReadonlyArray<string>, own: Option.Option<RequestCode> = Option.none()) =>
    Effect.gen(function* () {
      const codes = yield* Ref.make<ReadonlyArray<string>>([])
      const world = Layer.mergeAll(
        Layer.mock(MochiProfiles, {}),
        Layer.mock(MochiPay, {
          // Newest first, as Mochi lists them.
          recentRequests: () =>
            Effect.succeed(["copy", "own"].map(code => ({ ...listed, code: RequestCode.make(code) })))
        }),
        Layer.mock(TransferRequests, {}),
        Layer.mock(KudosIntents, { finish: () => Effect.void }),
        Layer.mock(Settlements, {
          _tag: "mochi/services/Settlements",
          report: ({ key: reported }) =>
            Effect.as(
              Ref.update(codes, all => [...all, reported.code]),
              Option.some(
                stored({
                  key: reported,
                  interactionId: others.includes(reported.code) ? Option.none() : Option.some(interactionId)
                })
              )
            )
        }),
        silentJournal
      )
      const kudos = yield* Effect.provide(
        KudosRequests,
        Layer.provide(KudosRequests.Default, Layer.merge(world, RecentChoices.Default))
      )
      const outcome = yield* Effect.either(kudos.resolve({ ...intent("sending"), code: own }))
      return { codes: yield* Ref.get(codes), outcome: outcome._tag }
    })

  it.effect("is the oldest of them: the others can only have been copied from it", () =>
    Effect.gen(function* () {
      expect(yield* looked([])).toEqual({ codes: ["own"], outcome: "Right" })
    })
  )

  it.effect("is none that Mochi's own events contradict", () =>
    Effect.gen(function* () {
      expect(yield* looked(["own"])).toEqual({ codes: ["own", "copy"], outcome: "Right" })
      expect(yield* looked(["own", "copy"])).toEqual({ codes: ["own", "copy"], outcome: "Left" })
    })
  )

  it.effect("is the one that the intent belongs to already", () =>
    Effect.gen(function* () {
      const own = Option.some(RequestCode.make("copy"))
      expect(yield* looked([], own)).toEqual({ codes: ["copy"], outcome: "Right" })
    })
  )
})

describe("A command whose process is gone", () => {
  it.effect("before its intent was stored was never sent", () =>
    Effect.gen(function* () {
      const { kudos } = yield* kudosOver({ found: Option.none() })
      expect((yield* Effect.flip(kudos.outcomeOf(interactionId)))._tag).toBe("NeverSent")
    })
  )

  it.effect.each([
    ["not_created", "NeverSent"],
    ["unknown", "OutcomeUnknown"]
  ] as const)("stands as its intent does: %s", ([state, tag]) =>
    Effect.gen(function* () {
      const { kudos } = yield* kudosOver({ found: Option.some(intent(state)) })
      expect((yield* Effect.flip(kudos.outcomeOf(interactionId)))._tag).toBe(tag)
    })
  )

  it.effect("while it was sending is created where Mochi shows it", () =>
    Effect.gen(function* () {
      const { kudos } = yield* kudosOver({
        found: Option.some(intent("sending")),
        listed: Effect.succeed([{ ...listed, status: "rejected" }]),
        report: Effect.succeedNone
      })
      expect(yield* kudos.outcomeOf(interactionId)).toMatchObject({ status: "rejected" })
    })
  )

  it.effect("while it was sending is unknown where Mochi does not", () =>
    Effect.gen(function* () {
      const { kudos } = yield* kudosOver({
        found: Option.some(intent("sending")),
        listed: Effect.succeed([])
      })
      expect((yield* Effect.flip(kudos.outcomeOf(interactionId)))._tag).toBe("OutcomeUnknown")
    })
  )
})

describe("The request of a command", () => {
  it.effect("is the one that its answer shows, and none if it shows none", () =>
    Effect.gen(function* () {
      const { kudos } = yield* kudosOver({})
      expect(yield* kudos.requestOf(interactionId)).toEqual(Option.some(stored()))
      expect(yield* kudos.requestOf(InteractionId.make("1"))).toEqual(Option.none())
    })
  )
})
