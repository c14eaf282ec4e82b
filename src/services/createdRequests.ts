/** The requests that this bot created: finding their code, and storing how they stand. */
import { Effect, Option } from "effect"
import type { RequestCode } from "../domain/Ids.ts"
import type { RequestStatus } from "../domain/RequestStatus.ts"
import { requestReport } from "../domain/TransferRequest.ts"
import type { TransferRequest } from "../domain/TransferRequest.ts"
import { KudosIntents } from "../ports/KudosIntents.ts"
import type { StoredIntent } from "../ports/KudosIntents.ts"
import type { MochiError } from "../ports/MochiError.ts"
import { MochiPay } from "../ports/MochiPay.ts"
import type { StoreUnavailable } from "../ports/StoreUnavailable.ts"
import { TransferRequests } from "../ports/TransferRequests.ts"
import { Audit, entryOf } from "./Audit.ts"
import type { AuditedAction } from "./Audit.ts"
import { inSpan, requestAttributes } from "../telemetry/spans.ts"
import { Settlements } from "./Settlements.ts"

/** A request that exists at Mochi. */
export interface CreatedKudos {
  readonly intent: StoredIntent
  readonly status: RequestStatus
}

/** Part of `KudosRequests`. */
export const createdRequests = Effect.gen(function* () {
  const pay = yield* MochiPay
  const intents = yield* KudosIntents
  const requests = yield* TransferRequests
  const settlements = yield* Settlements
  const audit = yield* Audit

  /**
   * Mochi's newest requests that may be this intent's, the oldest first: a request that copies the interaction id comes after
   * the one that it copies. None if the store no longer knows whose vault it was.
   */
  const candidates = Effect.fnUntraced(function* (intent: StoredIntent) {
    const profileId = intent.facts.requester.profileId
    if (Option.isNone(profileId)) return []
    const listed = yield* pay.recentRequests({ ...intent.vault, profileId: profileId.value })
    return listed
      .filter(({ code, interactionId }) =>
        Option.match(intent.code, {
          onNone: () => Option.contains(interactionId, intent.interactionId),
          onSome: own => code === own
        })
      )
      .toReversed()
  })

  const report = (intent: StoredIntent, code: RequestCode, status: RequestStatus) => {
    const key = { applicationId: intent.vault.applicationId, code }
    const parts = {
      status: Option.some(status),
      interactionId: Option.some(intent.interactionId),
      authoritative: true
    }
    return settlements.report(requestReport(key, parts))
  }

  /**
   * A created request stands, even if it cannot be stored now: the intent stays open and is resolved later. It may be
   * settled already, if the owner was faster than Mochi's answer.
   */
  const storedIfPossible = <A>(stored: Effect.Effect<A, StoreUnavailable>) =>
    Effect.catchTag(Effect.asSome(stored), "StoreUnavailable", error =>
      Effect.as(Effect.logWarning("A created request is not stored yet", error), Option.none<A>())
    )

  /** What the requester did, for the audit log; an erased requester is nobody's. */
  const deedOf = (
    { facts: { requester }, vault: { applicationId } }: StoredIntent,
    code: Option.Option<RequestCode>
  ): AuditedAction => ({
    actor: Option.getOrElse(requester.userId, () => "bot"),
    action: "mochi_create",
    outcome: "success",
    ...Option.match(code, { onNone: () => ({}), onSome: own => ({ request: { applicationId, code: own } }) })
  })

  /** Mochi answered that it created the request. Mostly nobody else has reported it yet. */
  const created = Effect.fnUntraced(function* (
    intent: StoredIntent,
    code: Option.Option<RequestCode>
  ): Effect.fn.Return<CreatedKudos> {
    const deed = deedOf(intent, code)
    if (Option.isNone(code)) {
      yield* audit.record(deed)
      yield* storedIfPossible(intents.finish(intent.interactionId, { _tag: "Created", code }))
      return { intent, status: "pending" }
    }
    const key = { applicationId: intent.vault.applicationId, code: code.value }
    const about = requestAttributes(key)
    yield* Effect.annotateCurrentSpan(about)
    const isAdded = yield* storedIfPossible(
      Effect.flatMap(entryOf(deed), entry => requests.addCreated(key, intent, entry)).pipe(
        Effect.tap(isNew => (isNew ? Effect.annotateCurrentSpan({ outcome: "pending" }) : Effect.void)),
        inSpan("request.store", { attributes: about })
      )
    )
    if (Option.contains(isAdded, true)) return { intent, status: "pending" }
    yield* audit.record(deed)
    const stored = Option.flatten(yield* storedIfPossible(report(intent, code.value, "pending")))
    return createdAs(intent, stored, "pending")
  })

  /** Whether Mochi has the request after all. A listed one is another's if an event of it says something else. */
  const look = Effect.fnUntraced(function* (
    intent: StoredIntent
  ): Effect.fn.Return<Option.Option<CreatedKudos>, MochiError> {
    for (const { code, status } of yield* candidates(intent)) {
      const stored = Option.flatten(yield* storedIfPossible(report(intent, code, status)))
      const isOwn = Option.match(stored, {
        onNone: () => true,
        onSome: ({ interactionId }) => Option.contains(interactionId, intent.interactionId)
      })
      if (!isOwn) continue
      // The process that sent it never learned of its success.
      if (intent.state !== "created") yield* audit.record(deedOf(intent, Option.some(code)))
      return Option.some(createdAs(intent, stored, status))
    }
    return Option.none()
  })

  return { created, look }
})

const createdAs = (
  intent: StoredIntent,
  stored: Option.Option<TransferRequest>,
  otherwise: RequestStatus
): CreatedKudos => ({
  intent,
  status: Option.match(stored, { onNone: () => otherwise, onSome: ({ status }) => status })
})
