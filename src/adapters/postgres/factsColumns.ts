import { Effect, Predicate, Schema } from "effect"
import type { ParseResult } from "effect"
import { ChannelId, CommunityId } from "../../domain/Ids.ts"
import type { Party, RequestFacts } from "../../domain/TransferRequest.ts"
import { userId, erasedPrefix, instant, optionalText, profileId, text } from "./columns.ts"

/** The columns of `RequestFacts`, with the same names in every table. */
const FactsColumns = Schema.Struct({
  application_name: text(Schema.String),
  vault_name: text(Schema.String),
  amount: text(Schema.String),
  symbol: text(Schema.String),
  usd: optionalText(Schema.String),
  chain: optionalText(Schema.String),
  reason: optionalText(Schema.String),
  owner_profile_id: profileId,
  owner_discord_id: userId,
  requester_profile_id: profileId,
  requester_discord_id: userId,
  recipient_profile_id: profileId,
  recipient_discord_id: userId,
  expires_at: Schema.OptionFromNullOr(instant),
  guild_id: optionalText(CommunityId),
  channel_id: optionalText(ChannelId)
})

export const factsColumns: ReadonlyArray<string> = Object.keys(FactsColumns.fields)

/** The facts in a row; the row may have other columns too. */
export const decodeFacts = (row: unknown): Effect.Effect<RequestFacts, ParseResult.ParseError> =>
  Effect.map(Schema.decodeUnknown(FactsColumns)(row), columns => ({
    applicationName: columns.application_name,
    vaultName: columns.vault_name,
    amount: columns.amount,
    symbol: columns.symbol,
    usd: columns.usd,
    chain: columns.chain,
    reason: columns.reason,
    owner: {
      profileId: columns.owner_profile_id,
      userId: columns.owner_discord_id,
      ...erasedMark(row, "owner")
    },
    requester: {
      profileId: columns.requester_profile_id,
      userId: columns.requester_discord_id,
      ...erasedMark(row, "requester")
    },
    recipient: {
      profileId: columns.recipient_profile_id,
      userId: columns.recipient_discord_id,
      ...erasedMark(row, "recipient")
    },
    expiresAt: columns.expires_at,
    communityId: columns.guild_id,
    channelId: columns.channel_id
  }))

/** Whether a row says that a party was erased. */
export const erasedMark = (row: unknown, party: string): Pick<Party, "isErased"> =>
  [`${party}_profile_id`, `${party}_discord_id`].some(
    column =>
      Predicate.hasProperty(row, column) &&
      typeof row[column] === "string" &&
      row[column].startsWith(erasedPrefix)
  )
    ? { isErased: true }
    : {}

/** The columns of an erased party, if their hash is not at hand. */
export const erasedColumns = (name: string, { isErased }: Party): Readonly<Record<string, string>> =>
  isErased === true ? { [`${name}_profile_id`]: erasedPrefix, [`${name}_discord_id`]: erasedPrefix } : {}

export const encodeFacts = (facts: RequestFacts) =>
  Effect.map(encodeColumns(facts), columns => ({
    ...columns,
    ...erasedColumns("owner", facts.owner),
    ...erasedColumns("requester", facts.requester),
    ...erasedColumns("recipient", facts.recipient)
  }))

const encodeColumns = (facts: RequestFacts) =>
  Schema.encode(FactsColumns)({
    application_name: facts.applicationName,
    vault_name: facts.vaultName,
    amount: facts.amount,
    symbol: facts.symbol,
    usd: facts.usd,
    chain: facts.chain,
    reason: facts.reason,
    owner_profile_id: facts.owner.profileId,
    owner_discord_id: facts.owner.userId,
    requester_profile_id: facts.requester.profileId,
    requester_discord_id: facts.requester.userId,
    recipient_profile_id: facts.recipient.profileId,
    recipient_discord_id: facts.recipient.userId,
    expires_at: facts.expiresAt,
    guild_id: facts.communityId,
    channel_id: facts.channelId
  })

/** The same columns while the facts are unknown. */
export const noFacts: Readonly<Record<string, null>> = Object.fromEntries(
  factsColumns.map(column => [column, null])
)
