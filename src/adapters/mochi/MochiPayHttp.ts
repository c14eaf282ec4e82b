import { Effect, Layer, Option } from "effect"
import type { Settings } from "../../config/Settings.ts"
import type { ApplicationId, InteractionId, ProfileId, RequestCode, RequestKey } from "../../domain/Ids.ts"
import type { KudosDraft } from "../../domain/Kudos.ts"
import type { Decision } from "../../domain/RequestStatus.ts"
import { MochiPay } from "../../ports/MochiPay.ts"
import type { VaultPath } from "../../ports/MochiPay.ts"
import type { Call } from "./Call.ts"
import { isHealthy } from "./health.ts"
import * as MochiHttp from "./MochiHttp.ts"
import type { Reading } from "./tryOutcome.ts"
import * as Wire from "./wire.ts"

/** Shares the client, and so the bounds on calls, with Mochi Profile's layer. */
export const layerWithoutHttp: Layer.Layer<MochiPay, never, MochiHttp.MochiHttp> = Layer.effect(
  MochiPay,
  Effect.gen(function* () {
    const http = yield* MochiHttp.MochiHttp
    const ask = <A>(call: Call<A>) => Effect.map(http.run(call), ({ value }) => value)

    const applications = Effect.fnUntraced(function* (profileId: ProfileId) {
      const reading = bodyOf(Wire.decodeApplications)
      return yield* ask({
        ...listing,
        operation: "list_applications",
        path: atProfile,
        ids: { profileId },
        reading
      })
    })

    const vaults = Effect.fnUntraced(function* (profileId: ProfileId, applicationId: ApplicationId) {
      const ids = { profileId, applicationId }
      const reading = bodyOf(Wire.decodeVaults)
      return yield* ask({
        ...listing,
        operation: "list_vaults",
        path: `${atApplication}/vaults`,
        ids,
        reading
      })
    })

    const holdings = Effect.fnUntraced(function* (vault: VaultPath) {
      const reading = bodyOf(Wire.decodeHoldings)
      return yield* ask({
        ...listing,
        operation: "list_balances",
        path: `${atVault}/balances`,
        ids: { ...vault },
        reading
      })
    })

    const recentRequests = Effect.fnUntraced(function* (vault: VaultPath) {
      return yield* ask({
        ...listing,
        operation: "list_transfer_requests",
        path: `${atVault}/transfer-requests`,
        ids: { ...vault },
        query: "status=&page=0&size=50",
        reading: bodyOf(Wire.decodeListedRequests)
      })
    })

    const create = Effect.fnUntraced(function* (draft: KudosDraft, mayLeave: Effect.Effect<boolean>) {
      return yield* ask({
        operation: "create_transfer_request",
        api: "pay",
        method: "POST",
        auth: "bearer",
        path: `${atVault}/transfer-requests`,
        ids: {
          profileId: draft.sender.profile.id,
          applicationId: draft.application.id,
          vaultId: draft.vault.id
        },
        query: "",
        body: Option.some(Wire.encodeDraft(draft)),
        idempotencyKey: Option.some(draft.interactionId),
        repeatable: false,
        mayLeave,
        reading: {
          decode: Wire.decodeCreated,
          // a 2xx says that the request exists, even without a usable body
          withoutBody: Option.some(Option.none<RequestCode>()),
          answers: {}
        },
        says: Option.match({ onNone: () => ({}), onSome: code => ({ "mochi.request.code": code }) })
      })
    })

    const decide = Effect.fnUntraced(function* ({
      decision,
      interactionId,
      profileId,
      request
    }: {
      readonly request: RequestKey
      readonly profileId: ProfileId
      readonly decision: Decision
      readonly interactionId: InteractionId
    }) {
      const { code } = request
      const { value: outcome, tries } = yield* http.run({
        operation: "decide_transfer_request",
        api: "pay",
        method: "POST",
        auth: "signed",
        path: `${atApplication}/requests/{code}/${decision}`,
        ids: { profileId, applicationId: request.applicationId, code },
        query: "",
        body: Option.none(),
        // a code may have characters that a header may not; the path already refuses one without an encoding
        idempotencyKey: Option.some(
          `${encodeURIComponent(code.toWellFormed())}:${decision}:${interactionId}`
        ),
        repeatable: true,
        reading: decisionReading
      })
      return { outcome, retried: tries > 1 }
    })

    const state = Effect.fnUntraced(function* (request: RequestKey) {
      return yield* ask({
        ...listing,
        operation: "get_transfer_request",
        auth: "signed",
        path: "/applications/{applicationId}/requests/{code}",
        ids: { ...request },
        reading: bodyOf(Wire.decodeRequestState)
      })
    })

    return MochiPay.of({
      applications,
      vaults,
      holdings,
      recentRequests,
      create,
      decide,
      state,
      reachable: isHealthy(http, "pay")
    })
  })
)

export const layer: Layer.Layer<MochiPay, never, Settings> = Layer.provide(layerWithoutHttp, MochiHttp.layer)

const atProfile = "/profiles/{profileId}/applications"
const atApplication = `${atProfile}/{applicationId}`
const atVault = `${atApplication}/vaults/{vaultId}`

const listing = {
  api: "pay",
  method: "GET",
  auth: "bearer",
  query: "",
  body: Option.none(),
  idempotencyKey: Option.none(),
  repeatable: true
} as const

const bodyOf = <A>(decode: Wire.Decode<A>): Reading<A> => ({
  decode,
  withoutBody: Option.none(),
  answers: {}
})

const decisionReading: Reading<"done" | "already settled"> = {
  decode: () => Option.none(),
  withoutBody: Option.some("done"),
  answers: { 400: "already settled" }
}
