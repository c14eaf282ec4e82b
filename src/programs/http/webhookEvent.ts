/** Mochi's webhook as JSON: beside the Mochi adapter, the one place where its `snake_case` is known. */
import { DateTime, Either, Option, ParseResult, Schema } from "effect"
import { parseTypedJson } from "../../domain/exactJson.ts"
import * as Ids from "../../domain/Ids.ts"
import { fromMochi } from "../../domain/RequestStatus.ts"
import type { RequestStatus } from "../../domain/RequestStatus.ts"
import { formatAmount, formatUsdText, fromDecimalText } from "../../domain/TokenAmount.ts"
import type { RequestFacts, StatusReport } from "../../domain/TransferRequest.ts"

/** What a webhook says of a transfer request; without a status, Mochi is to be asked. */
export interface TransferRequestEvent
  extends Pick<StatusReport, "key" | "facts" | "by" | "interactionId" | "vaultId"> {
  readonly status: Option.Option<RequestStatus>
}

/** Which field is at fault, and what is wrong with it; never what was in it. */
export class MalformedEvent extends Schema.TaggedError<MalformedEvent>()("MalformedEvent", {
  field: Schema.String,
  problem: Schema.String
}) {}

/** None: well formed, and not for this bot. */
export const decodeEvent = (
  body: Uint8Array
): Either.Either<Option.Option<TransferRequestEvent>, MalformedEvent> =>
  Either.gen(function* () {
    const json = yield* Either.fromOption(Option.flatMap(utf8(body), parseTypedJson), () =>
      malformed("body", "is not JSON")
    )
    const { type } = yield* decode(Schema.Struct({ type: Schema.String }), json)
    if (type !== "NOTIFICATION_PAY_TRANSFER_REQUEST") return Option.none()
    const sender = yield* decode(Schema.Struct({ [metadata]: Sender }), json)
    const senderType = sender[metadata].sender_profile_type
    if (Option.exists(told(senderType), word => word !== "APPLICATION_VAULT")) return Option.none()
    const { [metadata]: wire } = yield* decode(Schema.Struct({ [metadata]: Metadata }), json)
    return Option.some(yield* eventOf(wire))
  })

const metadata = "pay_transfer_request_metadata"

/** A key of the database must be shorter than a webhook may be. */
const longestId = 255

const text = Schema.String.pipe(
  Schema.filter(value => value.trim() !== "", { message: () => "must not be blank" })
)
const idText = Schema.Union(Schema.String, Schema.NonNegativeInt).pipe(
  Schema.filter(id => String(id).trim() !== "" && String(id).length <= longestId, {
    message: () => `must have 1 to ${longestId} characters`
  })
)
const digits = idText.pipe(
  Schema.filter(id => /^\d{1,20}$/.test(String(id).trim()), { message: () => "must be a whole number" })
)
const optionalText = Schema.optional(Schema.NullOr(Schema.String))
const optionalId = Schema.optional(Schema.NullOr(Schema.Union(Schema.String, Schema.NonNegativeInt)))

const Sender = Schema.Struct({ sender_profile_type: optionalText })

const Metadata = Schema.Struct({
  status: optionalText,
  request_code: idText,
  app_id: digits,
  app_name: text,
  app_owner_profile_id: idText,
  user_profile_id: idText,
  requester_profile_id: optionalId,
  decided_by_profile_id: optionalId,
  vault_name: text,
  vault_profile_id: optionalId,
  token_symbol: text,
  token_amount: Schema.String.pipe(
    Schema.filter(amount => /^\d{1,200}(\.\d{1,200})?$/.test(amount), {
      message: () => "must be base units, or a decimal"
    })
  ),
  token_decimal: digits.pipe(
    Schema.filter(decimals => Number(decimals) <= 255, { message: () => "must be 0 to 255" })
  ),
  token_amount_in_usd: optionalText,
  chain_name: optionalText,
  description: optionalText,
  expired_at: optionalText,
  requester_metadata: Schema.optional(
    Schema.NullOr(
      Schema.Struct({
        platform: optionalText,
        discord_user_id: optionalId,
        guild_id: optionalId,
        channel_id: optionalId,
        interaction_id: optionalId
      })
    )
  )
})

type Wire = typeof Metadata.Type

const eventOf = (wire: Wire): Either.Either<TransferRequestEvent, MalformedEvent> =>
  Either.gen(function* () {
    const amount = yield* exactAmount(wire)
    const origin = discordOrigin(wire)
    return {
      key: {
        applicationId: Ids.ApplicationId.make(String(wire.app_id).trim()),
        code: Ids.RequestCode.make(String(wire.request_code).trim())
      },
      status: Option.map(told(wire.status), fromMochi),
      interactionId: idOf(Ids.InteractionId, origin?.interaction_id),
      vaultId: idOf(Ids.VaultProfileId, wire.vault_profile_id),
      by: { profileId: idOf(Ids.ProfileId, wire.decided_by_profile_id), discordUserId: Option.none() },
      facts: Option.some<RequestFacts>({
        applicationName: wire.app_name,
        vaultName: wire.vault_name,
        amount,
        symbol: wire.token_symbol,
        usd: Option.flatMap(told(wire.token_amount_in_usd), formatUsdText),
        chain: told(wire.chain_name),
        reason: told(wire.description),
        owner: { profileId: idOf(Ids.ProfileId, wire.app_owner_profile_id), discordUserId: Option.none() },
        recipient: { profileId: idOf(Ids.ProfileId, wire.user_profile_id), discordUserId: Option.none() },
        requester: {
          profileId: idOf(Ids.ProfileId, wire.requester_profile_id),
          discordUserId: idOf(Ids.DiscordUserId, origin?.discord_user_id)
        },
        expiresAt: Option.flatMap(told(wire.expired_at), DateTime.make),
        guildId: idOf(Ids.GuildId, origin?.guild_id),
        channelId: idOf(Ids.ChannelId, origin?.channel_id)
      })
    }
  })

/** With a point it is a decimal already, without one it counts base units. */
const exactAmount = ({ token_amount, token_decimal }: Wire): Either.Either<string, MalformedEvent> => {
  const decimals = Number(token_decimal)
  const amount = token_amount.includes(".")
    ? fromDecimalText(token_amount, decimals)
    : Option.some({ baseUnits: BigInt(token_amount), decimals })
  return Either.fromOption(Option.map(amount, formatAmount), () =>
    malformed(`${metadata}.token_amount`, `has more than ${decimals} decimals`)
  )
}

/** What another platform says of its own users and channels means nothing in Discord. */
const discordOrigin = ({ requester_metadata: origin }: Wire) =>
  Option.exists(told(origin?.platform), platform => platform.toLowerCase() === "discord") ? origin : undefined

const told = (value: string | null | undefined): Option.Option<string> =>
  Option.filter(Option.fromNullable(value?.trim()), trimmed => trimmed !== "")

/** What is no such id counts as absent. */
const idOf = <A>(id: Schema.Schema<A, string>, value: string | number | null | undefined): Option.Option<A> =>
  Option.flatMap(told(value === undefined || value === null ? value : String(value)), Schema.decodeOption(id))

const utf8 = (body: Uint8Array): Option.Option<string> =>
  Option.liftThrowable(() => new TextDecoder("utf-8", { fatal: true }).decode(body))()

const decode = <A, I>(schema: Schema.Schema<A, I>, json: unknown): Either.Either<A, MalformedEvent> =>
  Either.mapLeft(Schema.decodeUnknownEither(schema)(json), error => {
    const [issue] = ParseResult.ArrayFormatter.formatErrorSync(error)
    const field = issue?.path.join(".") ?? ""
    return malformed(field === "" ? "body" : field, problemOf(issue))
  })

/** Schema's own messages quote the value; ours, the ones that begin with "must", do not. */
const problemOf = (issue: ParseResult.ArrayFormatterIssue | undefined): string => {
  if (issue?._tag === "Missing") return "is missing"
  return issue?.message.startsWith("must ") === true ? issue.message : "has the wrong type"
}

const malformed = (field: string, problem: string) => new MalformedEvent({ field, problem })
