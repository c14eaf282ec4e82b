import { Effect, Predicate, Schema } from "effect"
import type { ParseResult } from "effect"
import { ChannelId, GuildId } from "../../domain/Ids.ts"
import type { Party, RequestFacts } from "../../domain/TransferRequest.ts"
import { discordUserId, erasedPrefix, instant, optionalText, profileId, text } from "./columns.ts"

/** The columns of `RequestFacts`, of one name in every table that has them. */
const FactsColumns = Schema.Struct({
  application_name: text(Schema.String),
  vault_name: text(Schema.String),
  amount: text(Schema.String),
  symbol: text(Schema.String),
  usd: optionalText(Schema.String),
  chain: optionalText(Schema.String),
  reason: optionalText(Schema.String),
  owner_profile_id: profileId,
  owner_discord_id: discordUserId,
  requester_profile_id: profileId,
  requester_discord_id: discordUserId,
  recipient_profile_id: profileId,
  recipient_discord_id: discordUserId,
  expires_at: Schema.OptionFromNullOr(instant),
  guild_id: optionalText(GuildId),
  channel_id: optionalText(ChannelId)
})

/** The facts that a row holds; the row may have other columns besides. */
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
      discordUserId: columns.owner_discord_id,
      ...erasedMark(row, "owner")
    },
    requester: {
      profileId: columns.requester_profile_id,
      discordUserId: columns.requester_discord_id,
      ...erasedMark(row, "requester")
    },
    recipient: {
      profileId: columns.recipient_profile_id,
      discordUserId: columns.recipient_discord_id,
      ...erasedMark(row, "recipient")
    },
    expiresAt: columns.expires_at,
    guildId: columns.guild_id,
    channelId: columns.channel_id
  }))

/** What a row says of a party beyond their ids: that they were erased. */
export const erasedMark = (row: unknown, party: string): Pick<Party, "isErased"> =>
  [`${party}_profile_id`, `${party}_discord_id`].some(
    column =>
      Predicate.hasProperty(row, column) &&
      typeof row[column] === "string" &&
      row[column].startsWith(erasedPrefix)
  )
    ? { isErased: true }
    : {}

/** The columns of a party that was erased, where whatever stood for them is not at hand. */
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
    owner_discord_id: facts.owner.discordUserId,
    requester_profile_id: facts.requester.profileId,
    requester_discord_id: facts.requester.discordUserId,
    recipient_profile_id: facts.recipient.profileId,
    recipient_discord_id: facts.recipient.discordUserId,
    expires_at: facts.expiresAt,
    guild_id: facts.guildId,
    channel_id: facts.channelId
  })

/** The same columns where nothing is known yet. */
export const noFacts: Readonly<Record<string, null>> = Object.fromEntries(
  Object.keys(FactsColumns.fields).map(column => [column, null])
)
