import { Effect, Layer, Option } from "effect"
import type { InteractionId, RequestCode, UserId } from "../../src/domain/Ids.ts"
import type { RequestStatus } from "../../src/domain/RequestStatus.ts"
import { MochiPay } from "../../src/ports/MochiPay.ts"
import { MochiProfiles } from "../../src/ports/MochiProfiles.ts"
import { ada, grace, linus, profileIdOf } from "./cast.ts"
import { key, mochiError, profileOf, usdc, vault } from "./mochiWorld.ts"

type Pay = MochiPay["Type"]

/** Mochi, in which Linus owns every request. Every call that is not a read of a list goes to `happened`. */
export const scriptedMochi = (happened: Array<string>) => {
  const mochi = {
    /** As they stand. A create makes one with the code of `key`. */
    requests: new Map<RequestCode, { status: RequestStatus; interactionId: Option.Option<InteractionId> }>(),
    /** In the place of what Mochi would do. */
    instead: {} as Partial<Pay & Pick<MochiProfiles["Type"], "byId">>,
    /** People who have a profile and have linked their account to it. */
    linked: new Set<UserId>([ada, grace, linus])
  }
  const ask = (what: string) => Effect.sync(() => void happened.push(`Mochi: ${what}`))
  const stands = (code: RequestCode): RequestStatus => mochi.requests.get(code)?.status ?? "pending"
  const settle = (code: RequestCode, status: RequestStatus) =>
    mochi.requests.set(code, { interactionId: Option.none(), ...mochi.requests.get(code), status })

  const create: Pay["create"] = ({ interactionId }) =>
    Effect.sync(() => {
      mochi.requests.set(key.code, { status: "pending", interactionId: Option.some(interactionId) })
      return Option.some(key.code)
    })
  const decide: Pay["decide"] = ({ decision, profileId, request: { code } }) =>
    Effect.suspend(() => {
      if (profileId !== profileIdOf(linus)) return mochiError("Forbidden", false, "decide_transfer_request")
      const outcome = stands(code) === "pending" ? "done" : "already settled"
      if (outcome === "done") settle(code, decision)
      return Effect.succeed({ outcome, retried: false })
    })
  const state: Pay["state"] = ({ code }) =>
    Effect.sync(() => ({ status: stands(code), expiresAt: Option.none() }))
  const recentRequests: Pay["recentRequests"] = () =>
    Effect.sync(() => [...mochi.requests].map(([code, request]) => ({ code, ...request })))

  const pay = MochiPay.of({
    applications: () => Effect.succeed([{ id: key.applicationId, name: "DAO App" }]),
    vaults: () => Effect.succeed([{ id: vault.vaultId, name: "Community Vault" }]),
    holdings: () => Effect.succeed([usdc]),
    reachable: Effect.succeed(true),
    create: (draft, mayLeave) =>
      Effect.if(mayLeave, {
        onTrue: () =>
          Effect.zipRight(
            ask("create"),
            Effect.suspend(() => (mochi.instead.create ?? create)(draft, mayLeave))
          ),
        onFalse: () => mochiError("Withheld")
      }),
    decide: decision =>
      Effect.zipRight(
        ask(decision.decision),
        Effect.suspend(() => (mochi.instead.decide ?? decide)(decision))
      ),
    state: request =>
      Effect.zipRight(
        ask("state"),
        Effect.suspend(() => (mochi.instead.state ?? state)(request))
      ),
    recentRequests: path => Effect.suspend(() => (mochi.instead.recentRequests ?? recentRequests)(path))
  })
  const byId: MochiProfiles["Type"]["byId"] = id =>
    Effect.sync(() =>
      Option.flatMap(Option.fromNullable([...mochi.linked].find(user => profileIdOf(user) === id)), profileOf)
    )
  const profiles = MochiProfiles.of({
    byUserId: user => Effect.sync(() => (mochi.linked.has(user) ? profileOf(user) : Option.none())),
    byId: id => Effect.suspend(() => (mochi.instead.byId ?? byId)(id)),
    reachable: Effect.succeed(true)
  })
  return { mochi, layer: Layer.merge(Layer.succeed(MochiPay, pay), Layer.succeed(MochiProfiles, profiles)) }
}
