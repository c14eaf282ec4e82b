import { BigDecimal, Option, Schema } from "effect"
import type { Application, Holding, Profile, Vault } from "./Catalog.ts"
import { UserId, InteractionId } from "./Ids.ts"
import type { ChannelId, CommunityId } from "./Ids.ts"
import { formatAmount, formatUsd } from "./TokenAmount.ts"
import type { TokenAmount } from "./TokenAmount.ts"
import { nobody } from "./TransferRequest.ts"
import type { RequestFacts } from "./TransferRequest.ts"

/** `/kudos` as typed: every option is outside input, ids included. */
export interface KudosCommand {
  readonly interactionId: InteractionId
  readonly sender: UserId
  readonly recipient: { readonly id: UserId; readonly isBot: boolean }
  readonly application: string
  readonly vault: string
  readonly token: string
  readonly amount: string
  readonly reason: Option.Option<string>
  readonly communityId: Option.Option<CommunityId>
  readonly channelId: Option.Option<ChannelId>
}

/** A command that passed every check: what will be asked of Mochi. */
export interface KudosDraft {
  readonly interactionId: InteractionId
  readonly sender: { readonly userId: UserId; readonly profile: Profile }
  readonly recipient: { readonly userId: UserId; readonly profile: Profile }
  readonly application: Application
  readonly vault: Vault
  readonly holding: Holding
  readonly amount: TokenAmount
  readonly reason: Option.Option<string>
  readonly communityId: Option.Option<CommunityId>
  readonly channelId: Option.Option<ChannelId>
}

/** What the request will be about, as the draft has it: the owner is somebody whom only Mochi knows. */
export const factsOf = (draft: KudosDraft): RequestFacts => ({
  applicationName: draft.application.name,
  vaultName: draft.vault.name,
  amount: formatAmount(draft.amount),
  symbol: draft.holding.token.symbol,
  // A price of zero is no price.
  usd: Option.map(Option.filter(draft.holding.token.price, BigDecimal.isPositive), price =>
    formatUsd(draft.amount, price)
  ),
  chain: draft.holding.token.chain,
  reason: draft.reason,
  owner: nobody,
  requester: {
    profileId: Option.some(draft.sender.profile.id),
    userId: Option.some(draft.sender.userId)
  },
  recipient: {
    profileId: Option.some(draft.recipient.profile.id),
    userId: Option.some(draft.recipient.userId)
  },
  expiresAt: Option.none(),
  communityId: draft.communityId,
  channelId: draft.channelId
})

export class SelfKudos extends Schema.TaggedError<SelfKudos>()("SelfKudos", {}) {}

export class BotRecipient extends Schema.TaggedError<BotRecipient>()("BotRecipient", {}) {}

export class InvalidAmount extends Schema.TaggedError<InvalidAmount>()("InvalidAmount", {
  /** It may have been meant as a decimal comma. */
  hasComma: Schema.Boolean
}) {}

export class NoUsdPrice extends Schema.TaggedError<NoUsdPrice>()("NoUsdPrice", { symbol: Schema.String }) {}

export class TooManyDecimals extends Schema.TaggedError<TooManyDecimals>()("TooManyDecimals", {
  symbol: Schema.String,
  decimals: Schema.Number
}) {}

export class OverBalance extends Schema.TaggedError<OverBalance>()("OverBalance", {
  symbol: Schema.String,
  available: Schema.Struct({ baseUnits: Schema.BigIntFromSelf, decimals: Schema.Number })
}) {}

/** The sender of kudos, or the person who pressed a button, has no profile at Mochi. */
export class ProfileMissing extends Schema.TaggedError<ProfileMissing>()("ProfileMissing", {}) {}

export class RecipientProfileMissing extends Schema.TaggedError<RecipientProfileMissing>()(
  "RecipientProfileMissing",
  { recipient: UserId }
) {}

const Listed = Schema.Literal("application", "vault", "token")
export type Listed = typeof Listed.Type

/** An option names nothing in the caller's own list. */
export class NotListed extends Schema.TaggedError<NotListed>()("NotListed", {
  option: Listed,
  typed: Schema.String
}) {}

/** An option typed by hand names several things in the caller's own list. */
export class Ambiguous extends Schema.TaggedError<Ambiguous>()("Ambiguous", {
  option: Listed,
  typed: Schema.String
}) {}

/** What a person can cause, and fix. */
export type KudosRefusal =
  | SelfKudos
  | BotRecipient
  | InvalidAmount
  | NoUsdPrice
  | TooManyDecimals
  | OverBalance
  | ProfileMissing
  | RecipientProfileMissing
  | NotListed
  | Ambiguous

/** The command ended before anything was asked of Mochi, or Mochi refused it. */
export class NeverSent extends Schema.TaggedError<NeverSent>()("NeverSent", {}) {}

/** Mochi may have created the request, or may not: nobody sends it again before looking. */
export class OutcomeUnknown extends Schema.TaggedError<OutcomeUnknown>()("OutcomeUnknown", {
  interactionId: InteractionId
}) {}
