import { DateTime, Effect, Either, Option } from "effect"
import type { Notification } from "../../src/domain/Notification.ts"
import { formatAmount } from "../../src/domain/TokenAmount.ts"
import type { StoreUnavailable } from "../../src/ports/StoreUnavailable.ts"
import type { FakeMochi } from "../mochi/FakeMochi.ts"
import type { Holding, Snapshot } from "../mochi/snapshot.ts"
import type { WebhookAttempt } from "../mochi/Webhooks.ts"
import { demoWorld } from "../mochi/demoWorld.ts"
import { PEOPLE } from "../people.ts"
import type { ServiceStatus } from "../ServiceProcess.ts"
import { traceOf } from "./traces.ts"
import type { HoldingView, MochiView, OutboxView, RequestView, ServiceView, WebhookView } from "./wire.ts"

/** A list in the side panel shows this many of the newest entries. */
const longest = 40

export const mochiView = ({ requests, vaults, wallets }: Snapshot): MochiView => ({
  vaults: vaults.map(vault => ({
    id: vault.profileId,
    name: vault.name,
    application: vault.applicationName,
    holdings: vault.holdings.map(holdingView)
  })),
  wallets: Object.entries(Object.groupBy(wallets, ({ profileId }) => profileId))
    .filter(([profileId]) => PEOPLE.some(person => person.profileId === profileId))
    .map(([profileId, holdings = []]) => ({ name: nameOf(profileId), holdings: holdings.map(holdingView) })),
  requests: requests.slice(0, longest).map((request): RequestView => {
    const vault = vaults.find(({ profileId }) => profileId === request.vaultProfileId)
    const token = tokens.find(({ id }) => id === request.tokenId)
    return {
      code: request.code,
      status: request.status,
      amount: `${decimal(request.amount, token?.decimals ?? 0)} ${token?.symbol ?? ""}`,
      from: vault === undefined ? "" : `${vault.name} · ${vault.applicationName}`,
      requester: nameOf(request.requesterProfileId),
      recipient: nameOf(request.recipientProfileId),
      reason: request.description ?? null,
      at: request.createdAt
    }
  })
})

/** Newest first. */
export const webhookViews = (attempts: ReadonlyArray<WebhookAttempt>): ReadonlyArray<WebhookView> =>
  attempts
    .slice(-longest)
    .reverse()
    .map(attempt => ({
      id: attempt.id,
      at: attempt.at,
      code: attempt.code ?? null,
      about: /"status":"(\w+)"/.exec(attempt.body)?.[1] ?? "",
      attempt: attempt.attempt,
      status: attempt.status ?? null,
      answer: attempt.answer.slice(0, 200),
      trace: traceOf(attempt.headers["traceparent"])
    }))

/** Unreadable until the service has created its tables, and while the database is down. */
export const outboxView = (
  notifications: Effect.Effect<ReadonlyArray<Notification>, StoreUnavailable>
): Effect.Effect<OutboxView> =>
  Effect.map(
    Effect.either(notifications),
    Either.match({
      onLeft: () => ({ readable: false, notifications: [] }),
      onRight: found => ({
        readable: true,
        notifications: found.slice(0, longest).map(notification => ({
          id: notification.id,
          kind: notification.kind.replaceAll("_", " "),
          state: notification.state,
          code: notification.request.code,
          audience: notification.audience,
          about: notification.about,
          reason: Option.getOrNull(notification.reason),
          attempts: notification.attempts,
          at: DateTime.toEpochMillis(notification.updatedAt)
        }))
      })
    })
  )

export const serviceView = (status: ServiceStatus): ServiceView => {
  const { checks, ended, phase, pid } = status
  return { phase, state: stateOf(status), pid: pid ?? null, checks, ended: ended ?? null }
}

const stateOf = ({ phase, readiness }: ServiceStatus): ServiceView["state"] => {
  if (phase !== "ready") return phase
  switch (readiness) {
    case undefined:
      return "not answering"
    case "ok":
      return "ready"
    case "degraded":
      return "degraded"
    default:
      return "unavailable"
  }
}

/** The steps of the main job that people have done, for the guide. */
export const guideView = (mochi: Pick<FakeMochi, "requests">, hasThanks: boolean) =>
  Effect.map(mochi.requests, requests => ({
    sent: requests.length > 0,
    decided: requests.some(({ status }) => status !== "pending"),
    thanked: hasThanks
  }))

const tokens = demoWorld().tokens

const decimal = (amount: bigint, decimals: number) => formatAmount({ baseUnits: amount, decimals })

const holdingView = ({ amount, decimals, symbol }: Holding): HoldingView => ({
  symbol,
  amount: decimal(amount, decimals)
})

const nameOf = (profileId: string) =>
  PEOPLE.find(person => person.profileId === profileId)?.displayName ?? profileId
