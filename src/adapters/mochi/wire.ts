import { Array, BigDecimal, Option, Predicate, Schema } from "effect"
import type { Application, Holding, Profile, Vault } from "../../domain/Catalog.ts"
import { parseExpiry } from "../../domain/expiry.ts"
import * as Ids from "../../domain/Ids.ts"
import type { KudosDraft } from "../../domain/Kudos.ts"
import { nameOf } from "../../domain/plainText.ts"
import { fromMochi } from "../../domain/RequestStatus.ts"
import { parseDecimal } from "../../domain/TokenAmount.ts"
import type { ListedRequest, RequestState } from "../../ports/MochiPay.ts"

interface Decoded<A> {
  readonly value: A
  /** Number of unreadable rows, which the decoder left out. */
  readonly unreadableRows: number
}

/**
 * From Mochi's JSON, in which numbers are their original text, to the domain. Ignores unknown fields; none if a body is not
 * what Mochi promises.
 */
export type Decode<A> = (body: unknown) => Option.Option<Decoded<A>>

const maybe = Schema.optional(Schema.Unknown)
const asText = Option.liftPredicate(Predicate.isString)
const asName = (value: unknown): Option.Option<string> =>
  asText(value).pipe(
    Option.map(nameOf),
    Option.filter(name => name !== "")
  )

/** Discord refuses a whole list for one choice without a name: the id stands in for a missing name. */
const nameOr = (name: unknown, id: string): string => Option.getOrElse(asName(name), () => id)

/**
 * Leaves unreadable rows out, so that one odd token does not hide a whole vault; none if no row at all is readable. A list
 * without rows may be null, as some backends write it.
 */
const rows = <A, I, B>(
  row: Schema.Schema<A, I>,
  toDomain: (row: A) => Option.Option<B>
): Decode<ReadonlyArray<B>> => {
  const readRow = Schema.decodeUnknownOption(row)
  return body =>
    Option.flatMap(readEnvelope(body), ({ data }) => {
      const all = data ?? []
      const value = Array.filterMap(all, entry => Option.flatMap(readRow(entry), toDomain))
      const unreadableRows = all.length - value.length
      return value.length === 0 && unreadableRows > 0 ? Option.none() : Option.some({ value, unreadableRows })
    })
}

const readEnvelope = Schema.decodeUnknownOption(
  Schema.Struct({ data: Schema.NullOr(Schema.Array(Schema.Unknown)) })
)

const one = <A>(value: A): Decoded<A> => ({ value, unreadableRows: 0 })

export const decodeApplications: Decode<ReadonlyArray<Application>> = rows(
  Schema.Struct({ id: Ids.ApplicationId, name: maybe }),
  ({ id, name }) => Option.some({ id, name: nameOr(name, id) })
)

export const decodeVaults: Decode<ReadonlyArray<Vault>> = rows(
  Schema.Struct({ vault_profile_id: Ids.VaultProfileId, name: maybe }),
  ({ vault_profile_id: id, name }) => Option.some({ id, name: nameOr(name, id) })
)

/** An unsigned 256-bit number has 78 digits; anything much longer is a mistake that only costs time. */
const BaseUnits = Schema.String.pipe(Schema.pattern(/^\d{1,100}$/))
const Decimals = Schema.String.pipe(
  Schema.pattern(/^\d{1,3}(\.0{1,20})?$/),
  Schema.filter(digits => Number(digits) <= 255)
)

export const decodeHoldings: Decode<ReadonlyArray<Holding>> = rows(
  Schema.Struct({
    amount: BaseUnits,
    token: Schema.Struct({
      id: Ids.TokenId,
      symbol: Schema.NonEmptyString,
      name: maybe,
      decimal: Decimals,
      price: maybe,
      chain: maybe
    })
  }),
  ({ amount, token }) => {
    const decimals = Number(token.decimal)
    const symbol = nameOr(token.symbol, token.id)
    return Option.some({
      token: {
        id: token.id,
        symbol,
        name: nameOr(token.name, symbol),
        decimals,
        price: asText(token.price).pipe(
          Option.flatMap(price => parseDecimal(price.trim())),
          Option.filter(price => !BigDecimal.isNegative(price))
        ),
        chain: readChain(token.chain).pipe(Option.flatMap(({ name }) => asName(name)))
      },
      available: { baseUnits: BigInt(amount), decimals }
    })
  }
)

const readChain = Schema.decodeUnknownOption(Schema.Struct({ name: maybe }))

/** Inner none: Mochi answered, and knows no such profile. */
export const decodeProfile: Decode<Option.Option<Profile>> = body =>
  Option.flatMap(readProfile(body), ({ id, profile_name, associated_accounts }) => {
    if (id === undefined || id === null || id === "") return Option.some(one(Option.none()))
    return Option.map(readProfileId(id), profileId =>
      one(
        Option.some({
          id: profileId,
          name: nameOr(profile_name, profileId),
          userId: discordAccount(associated_accounts)
        })
      )
    )
  })

const readProfile = Schema.decodeUnknownOption(
  Schema.Struct({ id: maybe, profile_name: maybe, associated_accounts: maybe })
)
const readProfileId = Schema.decodeUnknownOption(Ids.ProfileId)
const readAccounts = Schema.decodeUnknownOption(Schema.Array(Schema.Unknown))
const readAccount = Schema.decodeUnknownOption(
  Schema.Struct({ platform: Schema.String, platform_identifier: Ids.UserId })
)

const discordAccount = (accounts: unknown): Option.Option<Ids.UserId> =>
  Array.findFirst(
    Option.getOrElse(readAccounts(accounts), () => []),
    account =>
      readAccount(account).pipe(
        Option.filter(({ platform }) => platform.trim().toLowerCase() === "discord"),
        Option.map(({ platform_identifier }) => platform_identifier)
      )
  )

/** Inner none: Mochi created the request, and its answer has no code. */
export const decodeCreated: Decode<Option.Option<Ids.RequestCode>> = body =>
  Option.some(one(Option.map(readCreated(body), ({ data }) => data.code)))

const readCreated = Schema.decodeUnknownOption(
  Schema.Struct({ data: Schema.Struct({ code: Ids.RequestCode }) })
)

export const decodeListedRequests: Decode<ReadonlyArray<ListedRequest>> = rows(
  Schema.Struct({ code: Ids.RequestCode, status: Schema.NonEmptyString, requester_metadata: maybe }),
  ({ code, status, requester_metadata }) =>
    Option.some({
      code,
      status: fromMochi(status),
      interactionId: Option.map(readMetadata(requester_metadata), ({ interaction_id }) => interaction_id)
    })
)

const readMetadata = Schema.decodeUnknownOption(Schema.Struct({ interaction_id: Ids.InteractionId }))

export const decodeRequestState: Decode<RequestState> = body =>
  Option.map(readState(body), ({ data }) =>
    one({
      status: fromMochi(data.status),
      expiresAt: Option.flatMap(asText(data.expired_at), parseExpiry)
    })
  )

const readState = Schema.decodeUnknownOption(
  Schema.Struct({ data: Schema.Struct({ status: Schema.NonEmptyString, expired_at: maybe }) })
)

/** The body of a create. */
export const encodeDraft = (draft: KudosDraft): string =>
  JSON.stringify({
    recipient_profile_id: draft.recipient.profile.id,
    token_id: draft.holding.token.id,
    token_amount: draft.amount.baseUnits.toString(),
    ...field(
      "description",
      Option.map(draft.reason, reason => reason.toWellFormed())
    ),
    requester_metadata: {
      platform: "discord",
      discord_user_id: draft.sender.userId,
      ...field("guild_id", draft.communityId),
      ...field("channel_id", draft.channelId),
      interaction_id: draft.interactionId
    }
  })

const field = (name: string, value: Option.Option<string>): Readonly<Record<string, string>> =>
  Option.match(value, { onNone: () => ({}), onSome: present => ({ [name]: present }) })
