/** Mochi's webhook as JSON. Like the rest of Mochi's `snake_case`, its fields are known in this room only. */
import { Either, flow, Option, ParseResult, Schema } from "effect"
import { parseTypedJson } from "../../domain/exactJson.ts"
import { parseExpiry } from "../../domain/expiry.ts"
import * as Ids from "../../domain/Ids.ts"
import { nameOf, proseOf } from "../../domain/plainText.ts"
import { fromMochi } from "../../domain/RequestStatus.ts"
import { formatAmount, formatUsdText, fromDecimalText } from "../../domain/TokenAmount.ts"
import { requestReport } from "../../domain/TransferRequest.ts"
import type { RequestFacts, RequestReport } from "../../domain/TransferRequest.ts"
import { Fields, optionalFields, originOf, readEach, Required } from "./webhookFields.ts"
import type { DecodedFields } from "./webhookFields.ts"

/** What a webhook says of a transfer request. */
interface EventReport {
  readonly report: RequestReport
  /** Optional fields that the webhook has and that do not decode, by name: they count as absent. */
  readonly unreadable: ReadonlyArray<string>
}

/** Which field is at fault, and what is wrong with it; never what was in it. */
class MalformedEvent extends Schema.TaggedError<MalformedEvent>()("MalformedEvent", {
  field: Schema.String,
  problem: Schema.String
}) {}

/** None: well formed, and not for this bot. */
export const decodeEvent = (body: Uint8Array): Either.Either<Option.Option<EventReport>, MalformedEvent> =>
  Either.gen(function* () {
    const json = yield* Either.fromOption(Option.flatMap(utf8(body), parseTypedJson), () =>
      malformed("body", "is not JSON")
    )
    const { type } = yield* decode(Schema.Struct({ type: Schema.String }), json)
    if (type !== "NOTIFICATION_PAY_TRANSFER_REQUEST") return Option.none()
    const { [metadata]: fields } = yield* decode(Schema.Struct({ [metadata]: Fields }), json)
    const optional = readEach(optionalFields, fields)
    const isForeign = Option.exists(optional.values.sender_profile_type, word => word !== "APPLICATION_VAULT")
    if (isForeign) return Option.none()
    const { [metadata]: wire } = yield* decode(Schema.Struct({ [metadata]: Required }), json)
    return Option.some(yield* eventOf(wire, optional, originOf(fields["requester_metadata"])))
  })

const metadata = "pay_transfer_request_metadata"

const eventOf = (
  wire: Required,
  { unreadable, values: optional }: DecodedFields<keyof typeof optionalFields>,
  origin: ReturnType<typeof originOf>
): Either.Either<EventReport, MalformedEvent> =>
  Either.gen(function* () {
    const amount = yield* exactAmount(wire)
    const applicationId = Ids.ApplicationId.make(String(wire.app_id).trim())
    const from = origin.values
    const key = { applicationId, code: Ids.RequestCode.make(String(wire.request_code).trim()) }
    const report = requestReport(key, {
      status: Option.map(optional.status, fromMochi),
      interactionId: idOf(Ids.InteractionId, from.interaction_id),
      vaultId: idOf(Ids.VaultProfileId, optional.vault_profile_id),
      by: { profileId: idOf(Ids.ProfileId, optional.decided_by_profile_id), userId: Option.none() },
      facts: Option.some<RequestFacts>({
        applicationName: nameOf(wire.app_name) || applicationId,
        vaultName: nameOf(wire.vault_name),
        amount,
        symbol: nameOf(wire.token_symbol),
        usd: Option.flatMap(optional.token_amount_in_usd, formatUsdText),
        chain: seen(nameOf)(optional.chain_name),
        reason: seen(proseOf)(optional.description),
        owner: { profileId: profileOf(wire.app_owner_profile_id), userId: Option.none() },
        recipient: { profileId: profileOf(wire.user_profile_id), userId: Option.none() },
        requester: {
          profileId: idOf(Ids.ProfileId, optional.requester_profile_id),
          userId: idOf(Ids.UserId, from.discord_user_id)
        },
        expiresAt: Option.flatMap(optional.expired_at, parseExpiry),
        communityId: idOf(Ids.CommunityId, from.guild_id),
        channelId: idOf(Ids.ChannelId, from.channel_id)
      })
    })
    return { report, unreadable: [...unreadable, ...origin.unreadable] }
  })

/** With a point it is a decimal already, without one it counts base units. */
const exactAmount = ({ token_amount, token_decimal }: Required): Either.Either<string, MalformedEvent> => {
  const decimals = Number(token_decimal)
  const amount = token_amount.includes(".")
    ? fromDecimalText(token_amount, decimals)
    : Option.some({ baseUnits: BigInt(token_amount), decimals })
  return Either.fromOption(Option.map(amount, formatAmount), () =>
    malformed(`${metadata}.token_amount`, `has more than ${decimals} decimals`)
  )
}

const seen = (clean: (raw: string) => string) =>
  flow(
    Option.map(clean),
    Option.filter(text => text !== "")
  )

/** An invalid id counts as absent. */
const idOf = <A>(id: Schema.Schema<A, string>, value: Option.Option<string>): Option.Option<A> =>
  Option.flatMap(value, Schema.decodeOption(id))

const profileOf = (value: string | number) => idOf(Ids.ProfileId, Option.some(String(value).trim()))

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
