import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Option, Ref } from "effect"
import { ChannelId, MessageId, ProfileId } from "../../src/domain/Ids.ts"
import type { RequestStatus } from "../../src/domain/RequestStatus.ts"
import type { TransferRequest } from "../../src/domain/TransferRequest.ts"
import { nobody } from "../../src/domain/TransferRequest.ts"
import { DecisionLeases, LeaseToken } from "../../src/ports/DecisionLeases.ts"
import type { MochiError } from "../../src/ports/MochiError.ts"
import { MochiPay } from "../../src/ports/MochiPay.ts"
import { MochiProfiles } from "../../src/ports/MochiProfiles.ts"
import type { StoreUnavailable } from "../../src/ports/StoreUnavailable.ts"
import { TransferRequests } from "../../src/ports/TransferRequests.ts"
import { Decisions } from "../../src/services/Decisions.ts"
import { Settlements } from "../../src/services/Settlements.ts"
import { facts } from "../views/pictures.ts"
import {
  ada,
  grace,
  interactionId,
  key,
  mochiError,
  profileOf,
  settledBy,
  silentJournal,
  storeDown,
  stored
} from "./mochiWorld.ts"

interface Given {
  readonly lease?: Effect.Effect<Option.Option<LeaseToken>, StoreUnavailable>
  readonly decide?: Effect.Effect<
    { readonly outcome: "done" | "already settled"; readonly retried: boolean },
    MochiError
  >
  readonly state?: RequestStatus
  readonly report?: Effect.Effect<Option.Option<TransferRequest>, StoreUnavailable>
}

const done = Effect.succeed({ outcome: "done" as const, retried: false })
const alreadySettled = (retried: boolean) => Effect.succeed({ outcome: "already settled" as const, retried })

const token = LeaseToken.make("6b1f2f0e-2b8a-4c58-9a5e-0f6f6f1c2d3e")

/** Ada approves; how that ended, and how often the lease was given back. Methods that are not given must not be called. */
const approve = ({ decide, lease = Effect.succeedSome(token), report, state }: Given) =>
  Effect.gen(function* () {
    const released = yield* Ref.make(0)
    const world = Layer.mergeAll(
      Layer.mock(DecisionLeases, { acquire: () => lease, release: () => Ref.update(released, n => n + 1) }),
      Layer.mock(MochiProfiles, { byDiscordId: user => Effect.succeed(profileOf(user)) }),
      Layer.mock(TransferRequests, {}),
      Layer.mock(MochiPay, {
        ...(decide === undefined ? {} : { decide: () => decide }),
        ...(state === undefined
          ? {}
          : { state: () => Effect.succeed({ status: state, expiresAt: Option.none() }) })
      }),
      Layer.mock(Settlements, {
        _tag: "mochi/services/Settlements",
        ...(report === undefined ? {} : { report: () => report })
      }),
      silentJournal
    )
    const decisions = yield* Effect.provide(Decisions, Layer.provide(Decisions.Default, world))
    const result = yield* Effect.either(
      decisions.decide({
        interactionId,
        clicker: ada,
        card: Option.none(),
        decision: "approved",
        request: key
      })
    )
    return { result, released: yield* Ref.get(released) }
  })

describe("A card that the bot does not know", () => {
  /** The messages taken for the owner's card when Ada presses a button on one. */
  const adopted = (known: Option.Option<TransferRequest>) =>
    Effect.gen(function* () {
      const shown = yield* Ref.make<ReadonlyArray<string>>([])
      const world = Layer.mergeAll(
        Layer.mock(DecisionLeases, { acquire: () => Effect.succeedSome(token), release: () => Effect.void }),
        Layer.mock(MochiProfiles, { byDiscordId: user => Effect.succeed(profileOf(user)) }),
        Layer.mock(TransferRequests, {
          shown: () => Effect.succeedNone,
          find: () => Effect.succeed(known),
          show: (_, audience) => Ref.update(shown, all => [...all, audience])
        }),
        Layer.mock(MochiPay, { decide: () => mochiError("Forbidden") }),
        Layer.mock(Settlements, { _tag: "mochi/services/Settlements" }),
        silentJournal
      )
      const decisions = yield* Effect.provide(Decisions, Layer.provide(Decisions.Default, world))
      yield* Effect.flip(
        decisions.decide({
          interactionId,
          clicker: ada,
          card: Option.some({ channelId: ChannelId.make("1"), messageId: MessageId.make("2") }),
          decision: "approved",
          request: key
        })
      )
      return yield* Ref.get(shown)
    })
  const ownedBy = (owner: string) =>
    Option.some(
      stored({
        facts: Option.some({ ...facts, owner: { ...nobody, profileId: Option.some(ProfileId.make(owner)) } })
      })
    )

  it.effect("is the owner's where the owner pressed it, or nobody knows who that is", () =>
    Effect.gen(function* () {
      expect(yield* adopted(ownedBy(`profile-of-${ada}`))).toEqual(["owner"])
      expect(yield* adopted(Option.none())).toEqual(["owner"])
    })
  )

  it.effect("is not the owner's where somebody else pressed it (A5)", () =>
    Effect.gen(function* () {
      expect(yield* adopted(ownedBy("90103"))).toEqual([])
    })
  )
})

describe("A decision", () => {
  it.effect("while another is under way is turned away before Mochi is asked", () =>
    Effect.gen(function* () {
      const { released, result } = yield* approve({ lease: Effect.succeedNone })
      expect(result).toMatchObject({ _tag: "Left", left: { _tag: "AlreadyBeingDecided" } })
      expect(released).toBe(0)
    })
  )

  it.effect("whose lease cannot be stored is not sent", () =>
    Effect.gen(function* () {
      const { result } = yield* approve({ lease: storeDown })
      expect(result).toMatchObject({ _tag: "Left", left: { _tag: "StoreUnavailable" } })
    })
  )

  it.effect("gives its lease back, also when Mochi refuses", () =>
    Effect.gen(function* () {
      const { released, result } = yield* approve({ decide: mochiError("Forbidden") })
      expect(result).toMatchObject({ _tag: "Left", left: { _tag: "MochiError", reason: "Forbidden" } })
      expect(released).toBe(1)
    })
  )

  it.effect("that Mochi took stands, also where it cannot be stored", () =>
    Effect.gen(function* () {
      const { released, result } = yield* approve({ decide: done, report: storeDown })
      expect(result).toMatchObject({
        _tag: "Right",
        right: { by: "this click", status: "approved", request: Option.none() }
      })
      expect(released).toBe(1)
    })
  )

  it.effect.each([
    ["a lost try of its own", true, "approved", "this click"],
    ["a lost try, though the other word stands", true, "rejected", "somebody before"],
    ["its first try, though its own word stands", false, "approved", "somebody before"]
  ] as const)("settled already after %s is told apart", ([, retried, state, by]) =>
    Effect.gen(function* () {
      const { result } = yield* approve({
        decide: alreadySettled(retried),
        state,
        report: Effect.succeedNone
      })
      expect(result).toMatchObject({ _tag: "Right", right: { by, status: state } })
    })
  )

  it.effect("that Mochi does not process leaves the request pending", () =>
    Effect.gen(function* () {
      const { result } = yield* approve({ decide: alreadySettled(false), state: "pending" })
      expect(result).toMatchObject({ _tag: "Left", left: { _tag: "NotProcessed" } })
    })
  )

  it.effect("shows what is stored where that is further on than Mochi's answer, and who settled it", () =>
    Effect.gen(function* () {
      const failed = stored({ status: "failed", settlement: settledBy(grace) })
      const { result } = yield* approve({
        decide: alreadySettled(false),
        state: "approved",
        report: Effect.succeedSome(failed)
      })
      expect(result).toMatchObject({
        _tag: "Right",
        right: { status: "failed", settlement: { by: { userId: Option.some(grace) } } }
      })
    })
  )
})
