import { Schema } from "effect"

/** Discord's ids: decimal, at most 64 bits, never a JavaScript number. */
const snowflake = Schema.String.pipe(Schema.pattern(/^\d{1,20}$/))

export const InteractionId = snowflake.pipe(Schema.brand("InteractionId"))
export type InteractionId = typeof InteractionId.Type

/** At least fifteen digits: webhooks and profiles may send anything as a Discord user id. */
export const UserId = Schema.String.pipe(Schema.pattern(/^\d{15,20}$/), Schema.brand("UserId"))
export type UserId = typeof UserId.Type

export const CommunityId = snowflake.pipe(Schema.brand("CommunityId"))
export type CommunityId = typeof CommunityId.Type

export const ChannelId = snowflake.pipe(Schema.brand("ChannelId"))
export type ChannelId = typeof ChannelId.Type

/** A bot's id. No other bot can use a message that it posted, or a channel that it opened. */
export const BotId = snowflake.pipe(Schema.brand("BotId"))
export type BotId = typeof BotId.Type

export const MessageId = snowflake.pipe(Schema.brand("MessageId"))
export type MessageId = typeof MessageId.Type

/** Much longer ones would not fit into an index of the database, or a URL. */
export const longestId = 255

/** Mochi's ids: text of Mochi's own choosing, so nothing but emptiness and endlessness is ruled out here. */
const opaque = Schema.NonEmptyString.pipe(Schema.maxLength(longestId))

export const ProfileId = opaque.pipe(Schema.brand("ProfileId"))
export type ProfileId = typeof ProfileId.Type

export const ApplicationId = opaque.pipe(Schema.brand("ApplicationId"))
export type ApplicationId = typeof ApplicationId.Type

export const VaultProfileId = opaque.pipe(Schema.brand("VaultProfileId"))
export type VaultProfileId = typeof VaultProfileId.Type

export const TokenId = opaque.pipe(Schema.brand("TokenId"))
export type TokenId = typeof TokenId.Type

export const RequestCode = opaque.pipe(Schema.brand("RequestCode"))
export type RequestCode = typeof RequestCode.Type

/** 32 lower-case hex digits, as W3C Trace Context writes them. */
export const TraceId = Schema.String.pipe(Schema.pattern(/^[0-9a-f]{32}$/), Schema.brand("TraceId"))
export type TraceId = typeof TraceId.Type

/** What makes a transfer request one of a kind: codes are unique within an application. */
export const RequestKey = Schema.Struct({ applicationId: ApplicationId, code: RequestCode })
export type RequestKey = typeof RequestKey.Type
