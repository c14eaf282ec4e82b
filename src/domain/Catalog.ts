import type { BigDecimal, Option } from "effect"
import type { ApplicationId, UserId, ProfileId, TokenId, VaultProfileId } from "./Ids.ts"
import type { TokenAmount } from "./TokenAmount.ts"

/** A person as Mochi knows them. */
export interface Profile {
  readonly id: ProfileId
  readonly name: string
  /** None if the person has linked no Discord account, or one that is no Discord id. */
  readonly userId: Option.Option<UserId>
}

export interface Application {
  readonly id: ApplicationId
  readonly name: string
}

export interface Vault {
  readonly id: VaultProfileId
  readonly name: string
}

export interface Token {
  readonly id: TokenId
  readonly symbol: string
  readonly name: string
  readonly decimals: number
  /** USD for one token; none if Mochi has no price. */
  readonly price: Option.Option<BigDecimal.BigDecimal>
  readonly chain: Option.Option<string>
}

/** What a vault holds of one token. */
export interface Holding {
  readonly token: Token
  readonly available: TokenAmount
}
