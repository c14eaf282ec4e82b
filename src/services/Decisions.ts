/**
 * Approving and rejecting. Mochi decides: afterwards a card says what Mochi answered, never what the person pressed.
 */
import { DateTime, Duration, Effect, Either, Option, Schema } from "effect"
import type { UserId, InteractionId, ProfileId, RequestKey } from "../domain/Ids.ts"
import { ProfileMissing } from "../domain/Kudos.ts"
import { isFinal } from "../domain/RequestStatus.ts"
import type { Decision, FinalStatus, RequestStatus } from "../domain/RequestStatus.ts"
import { nobody, requestReport } from "../domain/TransferRequest.ts"
import type { Party, Settlement, TransferRequest } from "../domain/TransferRequest.ts"
import { within } from "../context/Deadline.ts"
import { DecisionLeases } from "../ports/DecisionLeases.ts"
import type { MochiError } from "../ports/MochiError.ts"
import { MochiPay } from "../ports/MochiPay.ts"
import { MochiProfiles } from "../ports/MochiProfiles.ts"
import type { StoreUnavailable } from "../ports/StoreUnavailable.ts"
import { TransferRequests } from "../ports/TransferRequests.ts"
import { Audit, entryOf } from "./Audit.ts"
import type { AuditedAction } from "./Audit.ts"
import { Cards } from "./Cards.ts"
import type { CardPlace } from "./Cards.ts"
import { Settlements } from "./Settlements.ts"

const wholeBudget = Duration.seconds(20)

interface DecisionClick {
  readonly interactionId: InteractionId
  readonly clicker: UserId
  readonly decision: Decision
  readonly request: RequestKey
  /** The message that the button is on; none for an answer that only the clicker sees. */
  readonly card: Option.Option<CardPlace>
}

/** A request that is settled now: by this click, or by a person before it. */
export interface Settled {
  readonly by: "this click" | "somebody before"
  readonly status: FinalStatus
  readonly settlement: Settlement
  /** None: the store has only the request's status. */
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
    const cards = yield* Cards
    const audit = yield* Audit

    /** Mochi's outcome. After a lost try of ours, "settled already" and the status asked for mean that it was us. */
    const askMochi = Effect.fnUntraced(function* (click: DecisionClick, profileId: ProfileId) {
      const answer = yield* Effect.either(pay.decide({ ...click, profileId }))
      const deed: AuditedAction = {
        actor: click.clicker,
        action: click.decision === "approved" ? "mochi_approve" : "mochi_reject",
        request: click.request,
        outcome: Either.match(answer, {
          onLeft: ({ reason }) => `failed: ${reason}`,
          onRight: ({ outcome }) => outcome
        })
      }
      // Stored together with what it led to.
      if (Either.isRight(answer) && answer.right.outcome === "done")
        return { by: "this click" as const, status: click.decision, deed: Option.some(deed) }
      yield* audit.record(deed)
      const { retried } = yield* answer
      const { status } = yield* pay.state(click.request)
      if (!isFinal(status)) return yield* new NotProcessed()
      const wasUs = retried && status === click.decision
      const by = wasUs ? ("this click" as const) : ("somebody before" as const)
      return { by, status, deed: Option.none<AuditedAction>() }
    })

    /** What Mochi decided stands, even if it cannot be stored now: the webhook will report it again. */
    const remember = Effect.fnUntraced(
      function* (
        click: DecisionClick,
        status: RequestStatus,
        settlement: Settlement,
        deed: Option.Option<AuditedAction>
      ) {
        return yield* settlements.report(
          requestReport(click.request, {
            status: Option.some(status),
            by: settlement.by,
            authoritative: true
          }),
          { by: "button", deed: yield* Effect.transposeMapOption(deed, entryOf) }
        )
      },
      (work, _click, _status, _settlement, deed) =>
        Effect.catchTag(work, "StoreUnavailable", error =>
          Effect.logWarning("A decision is not stored yet", error).pipe(
            Effect.zipRight(Effect.transposeMapOption(deed, audit.record)),
            Effect.as(Option.none<TransferRequest>())
          )
        )
    )

    const settle = Effect.fnUntraced(function* (
      click: DecisionClick
    ): Effect.fn.Return<Settled, DecisionFailure> {
      const profile = yield* profiles.byUserId(click.clicker)
      if (Option.isNone(profile)) return yield* new ProfileMissing()
      if (Option.isSome(click.card))
        yield* Effect.ignoreLogged(cards.adopt(click.request, click.card.value, profile.value.id))
      const { by, deed, status } = yield* askMochi(click, profile.value.id)
      const clicker: Party = {
        profileId: Option.some(profile.value.id),
        userId: Option.some(click.clicker)
      }
      const settlement = { by: by === "this click" ? clicker : nobody, at: yield* DateTime.now }
      const request = yield* remember(click, status, settlement, deed)
      return asStored({ by, status, settlement, request: Option.none() }, request)
    })

    /** The request that a click settled, as it is stored now, which may be further on. */
    const newest = Effect.fnUntraced(function* (key: RequestKey, settled: Settled) {
      return asStored(settled, yield* requests.find(key))
    })

    /** Carries a click to Mochi. While it is under way, another click on the request is turned away. */
    const decide = (click: DecisionClick): Effect.Effect<Settled, DecisionFailure> =>
      Effect.acquireUseRelease(
        Effect.flatMap(
          leases.acquire(click.request),
          Option.match({ onNone: () => new AlreadyBeingDecided(), onSome: Effect.succeed })
        ),
        () => settle(click),
        lease => Effect.ignoreLogged(leases.release(lease))
      ).pipe(within(wholeBudget))

    return { decide, newest }
  })
}) {}

/** What is stored may be further on than Mochi's answer: a card never moves backwards. */
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
