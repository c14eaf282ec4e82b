/**
 * Approving and rejecting. Mochi decides; what a card says afterwards is what Mochi answered, never what was pressed.
 */
import { DateTime, Duration, Effect, Either, Option, Schema } from "effect"
import type { ChannelId, UserId, InteractionId, MessageId, ProfileId, RequestKey } from "../domain/Ids.ts"
import { ProfileMissing } from "../domain/Kudos.ts"
import { isFinal } from "../domain/RequestStatus.ts"
import type { Decision, FinalStatus, RequestStatus } from "../domain/RequestStatus.ts"
import { nobody } from "../domain/TransferRequest.ts"
import type { Party, Settlement, TransferRequest } from "../domain/TransferRequest.ts"
import { within } from "../context/Deadline.ts"
import { DecisionLeases } from "../ports/DecisionLeases.ts"
import type { MochiError } from "../ports/MochiError.ts"
import { MochiPay } from "../ports/MochiPay.ts"
import { MochiProfiles } from "../ports/MochiProfiles.ts"
import type { StoreUnavailable } from "../ports/StoreUnavailable.ts"
import { TransferRequests } from "../ports/TransferRequests.ts"
import { Audit } from "./Audit.ts"
import { Settlements } from "./Settlements.ts"

const wholeBudget = Duration.seconds(20)

export interface DecisionClick {
  readonly interactionId: InteractionId
  readonly clicker: UserId
  readonly decision: Decision
  readonly request: RequestKey
  /** The message that the button is on; none for an answer that only the clicker sees. */
  readonly card: Option.Option<CardPlace>
}

export interface CardPlace {
  readonly channelId: ChannelId
  readonly messageId: MessageId
}

/** A request that is settled now: by this click, or by somebody before it. */
export interface Settled {
  readonly by: "this click" | "somebody before"
  readonly status: FinalStatus
  readonly settlement: Settlement
  /** None: nothing of the request is stored but that it is settled. */
  readonly request: Option.Option<TransferRequest>
}

export class AlreadyBeingDecided extends Schema.TaggedError<AlreadyBeingDecided>()(
  "AlreadyBeingDecided",
  {}
) {}

/** Mochi refused the decision although the request is still pending. */
export class NotProcessed extends Schema.TaggedError<NotProcessed>()("NotProcessed", {}) {}

export type DecisionFailure =
  | ProfileMissing
  | AlreadyBeingDecided
  | NotProcessed
  | MochiError
  | StoreUnavailable

export class Decisions extends Effect.Service<Decisions>()("mochi/services/Decisions", {
  effect: Effect.gen(function* () {
    const pay = yield* MochiPay
    const profiles = yield* MochiProfiles
    const leases = yield* DecisionLeases
    const requests = yield* TransferRequests
    const settlements = yield* Settlements
    const audit = yield* Audit

    /** Mochi's outcome. After a lost try of ours, "settled already" and the status asked for mean that it was us. */
    const askMochi = Effect.fnUntraced(function* (click: DecisionClick, profileId: ProfileId) {
      const answer = yield* Effect.either(pay.decide({ ...click, profileId }))
      yield* audit.record({
        actor: click.clicker,
        action: click.decision === "approved" ? "mochi_approve" : "mochi_reject",
        request: click.request,
        outcome: Either.match(answer, {
          onLeft: ({ reason }) => `failed: ${reason}`,
          onRight: ({ outcome }) => outcome
        })
      })
      const { outcome, retried } = yield* answer
      if (outcome === "done") return { by: "this click" as const, status: click.decision }
      const { status } = yield* pay.state(click.request)
      if (!isFinal(status)) return yield* new NotProcessed()
      const wasUs = retried && status === click.decision
      return { by: wasUs ? ("this click" as const) : ("somebody before" as const), status }
    })

    /** What is decided at Mochi is decided, also where it cannot be written down now: the webhook will tell again. */
    const remember = Effect.fnUntraced(
      function* (click: DecisionClick, status: RequestStatus, settlement: Settlement) {
        return yield* settlements.report(
          {
            key: click.request,
            status,
            facts: Option.none(),
            by: settlement.by,
            at: settlement.at,
            interactionId: Option.none(),
            vaultId: Option.none(),
            authoritative: true
          },
          "button"
        )
      },
      Effect.catchTag("StoreUnavailable", error =>
        Effect.as(Effect.logWarning("A decision is not stored yet", error), Option.none<TransferRequest>())
      )
    )

    /** A card that this bot does not know yet, a former one's say: else the decision's webhook would bring a second. */
    const adoptCard = Effect.fnUntraced(function* ({ card, request }: DecisionClick, presser: ProfileId) {
      if (Option.isNone(card) || Option.isSome(yield* requests.shown(request, "owner"))) return
      const owner = Option.flatMap(yield* requests.find(request), ({ facts }) =>
        Option.flatMap(facts, facts => facts.owner.profileId)
      )
      // What somebody else than the owner has before them is not the owner's card.
      if (Option.exists(owner, known => known !== presser)) return
      const { channelId, messageId } = card.value
      const shown = {
        channelId,
        messageId: Option.some(messageId),
        place: "dm",
        status: "pending",
        application: Option.none()
      } as const
      yield* requests.show(request, "owner", shown)
    }, Effect.ignoreLogged)

    const settle = Effect.fnUntraced(function* (
      click: DecisionClick
    ): Effect.fn.Return<Settled, DecisionFailure> {
      const profile = yield* profiles.byDiscordId(click.clicker)
      if (Option.isNone(profile)) return yield* new ProfileMissing()
      yield* adoptCard(click, profile.value.id)
      const { by, status } = yield* askMochi(click, profile.value.id)
      const clicker: Party = {
        profileId: Option.some(profile.value.id),
        userId: Option.some(click.clicker)
      }
      const settlement = { by: by === "this click" ? clicker : nobody, at: yield* DateTime.now }
      const request = yield* remember(click, status, settlement)
      return asStored({ by, status, settlement, request: Option.none() }, request)
    })

    /** What a click settled as it is stored now, which may be further on. */
    const newest = Effect.fn("Decisions.newest")(function* (key: RequestKey, settled: Settled) {
      return asStored(settled, yield* requests.find(key))
    })

    /** Carries a click to Mochi. While it is under way, another click on the request is turned away. */
    const decide = Effect.fn("Decisions.decide")(
      (click: DecisionClick): Effect.Effect<Settled, DecisionFailure> =>
        Effect.acquireUseRelease(
          Effect.flatMap(
            leases.acquire(click.request),
            Option.match({ onNone: () => new AlreadyBeingDecided(), onSome: Effect.succeed })
          ),
          () => settle(click),
          lease => Effect.ignoreLogged(leases.release(lease))
        ),
      within(wholeBudget)
    )

    /** The owner's card shows this status now, here or behind its View button: nobody needs to edit it again. */
    const cardShows = Effect.fn("Decisions.cardShows")(function* (
      request: RequestKey,
      status: RequestStatus
    ) {
      const shown = yield* requests.shown(request, "owner")
      if (Option.isNone(shown)) return
      yield* requests.show(request, "owner", { ...shown.value, status })
      yield* settlements.redrawIfOutdated(request, status)
    })

    return { decide, newest, cardShows }
  })
}) {}

/** What is stored may be further on than the answer: never shown to move backwards. */
const asStored = (settled: Settled, request: Option.Option<TransferRequest>): Settled => ({
  by: settled.by,
  status: Option.getOrElse(
    Option.filter(
      Option.map(request, stored => stored.status),
      isFinal
    ),
    () => settled.status
  ),
  settlement: Option.getOrElse(
    Option.flatMap(request, stored => stored.settlement),
    () => settled.settlement
  ),
  request: Option.orElse(request, () => settled.request)
})
