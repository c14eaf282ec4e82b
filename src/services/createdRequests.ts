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
  const settlements = yield* Settlements

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

  const created = Effect.fnUntraced(function* (
    intent: StoredIntent,
    code: Option.Option<RequestCode>
  ): Effect.fn.Return<CreatedKudos> {
    if (Option.isSome(code)) {
      const stored = Option.flatten(yield* storedIfPossible(report(intent, code.value, "pending")))
      return createdAs(intent, stored, "pending")
    }
    yield* storedIfPossible(intents.finish(intent.interactionId, { _tag: "Created", code }))
    return { intent, status: "pending" }
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
      if (isOwn) return Option.some(createdAs(intent, stored, status))
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
