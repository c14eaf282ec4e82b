import { Option } from "effect"
import { balanceOf, type Ledger, requestsNewestFirst, type TransferRequest } from "./ledger.ts"
import type { RecordedRequest } from "./Recorder.ts"
import type { WebhookAttempt } from "./Webhooks.ts"

/** The fake Mochi at one moment. */
export interface Snapshot {
  readonly vaults: ReadonlyArray<VaultSnapshot>
  /** people's balances other than zero */
  readonly wallets: ReadonlyArray<{ readonly profileId: string; readonly name: string } & Holding>
  /** newest first */
  readonly requests: ReadonlyArray<TransferRequest>
  /** calls to the API, oldest first */
  readonly calls: ReadonlyArray<RecordedRequest>
  /** oldest first */
  readonly webhooks: ReadonlyArray<WebhookAttempt>
}

export interface Holding {
  readonly tokenId: string
  readonly symbol: string
  readonly decimals: number
  /** base units */
  readonly amount: bigint
}

export interface VaultSnapshot {
  readonly profileId: string
  readonly name: string
  readonly applicationId: string
  readonly applicationName: string
  readonly holdings: ReadonlyArray<Holding>
}

export const snapshotOf = (
  ledger: Ledger,
  calls: ReadonlyArray<RecordedRequest>,
  webhooks: ReadonlyArray<WebhookAttempt>
): Snapshot => ({
  vaults: ledger.world.applications.flatMap(application =>
    application.vaults.map(vault => ({
      profileId: vault.profileId,
      name: vault.name,
      applicationId: application.id,
      applicationName: application.name,
      holdings: holdings(ledger, vault.profileId)
    }))
  ),
  wallets: ledger.world.profiles.flatMap(({ id, name }) =>
    holdings(ledger, id)
      .filter(({ amount }) => amount > 0n)
      .map(holding => ({ profileId: id, name, ...holding }))
  ),
  requests: requestsNewestFirst(ledger),
  calls,
  webhooks
})

const holdings = (ledger: Ledger, holderProfileId: string): ReadonlyArray<Holding> =>
  ledger.world.tokens.flatMap(({ id, symbol, decimals }) =>
    Option.match(balanceOf(ledger, holderProfileId, id), {
      onNone: () => [],
      onSome: amount => [{ tokenId: id, symbol, decimals, amount }]
    })
  )
