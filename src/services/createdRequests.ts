/** What is known of requests that this bot created: their code, and how they stand. */
import { DateTime, Effect, Option } from "effect"
import type { RequestCode } from "../domain/Ids.ts"
import type { RequestStatus } from "../domain/RequestStatus.ts"
import { nobody } from "../domain/TransferRequest.ts"
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
   * Mochi's newest requests that may be this intent's. Whoever copies its interaction id can do so only once there is one
   * to copy: the oldest comes first. None where nobody knows any more whose vault to look at.
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

  const report = Effect.fnUntraced(function* (
    intent: StoredIntent,
    code: RequestCode,
    status: RequestStatus
  ) {
    return yield* settlements.report({
      key: { applicationId: intent.vault.applicationId, code },
      status,
      facts: Option.none(),
      by: nobody,
      at: yield* DateTime.now,
      interactionId: Option.some(intent.interactionId),
      vaultId: Option.none(),
      authoritative: true
    })
  })

  /**
   * Created is created, also where it cannot be written down now: the intent stays open and is resolved later. It may be
   * settled already, where the owner was faster than Mochi's answer.
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

  /** Whether Mochi has the request after all. A listed one is another's where an event of it tells of something else. */
  const look = Effect.fn("KudosRequests.look")(function* (
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
