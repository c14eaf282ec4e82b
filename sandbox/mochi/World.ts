/** What exists at the fake Mochi before the first call. */
export interface Profile {
  readonly id: string
  readonly name: string
  readonly accounts: ReadonlyArray<Account>
}

export interface Account {
  readonly platform: string
  readonly identifier: string
}

export interface Token {
  readonly id: string
  readonly symbol: string
  readonly name: string
  /** 0 to 36 */
  readonly decimals: number
  /** USD as a decimal; Mochi sends null as null, and leaves a missing one out */
  readonly price?: string | null
  readonly chain?: string | null
}

export interface Vault {
  readonly profileId: string
  readonly name: string
}

export interface Application {
  /** digits only, because it is the end of a button's custom id */
  readonly id: string
  readonly name: string
  readonly ownerProfileId: string
  /** may decide like the owner */
  readonly adminProfileIds: ReadonlyArray<string>
  /** may see the application and request transfers, but not decide */
  readonly memberProfileIds: ReadonlyArray<string>
  readonly vaults: ReadonlyArray<Vault>
}

export interface Balance {
  /** a vault's or a person's profile id */
  readonly holderProfileId: string
  readonly tokenId: string
  /** base units */
  readonly amount: bigint
}

export interface World {
  readonly profiles: ReadonlyArray<Profile>
  readonly tokens: ReadonlyArray<Token>
  readonly applications: ReadonlyArray<Application>
  readonly balances: ReadonlyArray<Balance>
}

export const mayDecide = (application: Application, profileId: string): boolean =>
  application.ownerProfileId === profileId || application.adminProfileIds.includes(profileId)

export const mayRequest = (application: Application, profileId: string): boolean =>
  mayDecide(application, profileId) || application.memberProfileIds.includes(profileId)
