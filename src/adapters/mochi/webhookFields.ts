/** The fields of a webhook about a transfer request: which it must have, and how each of the others is read by itself. */
import { Either, flow, Option, Predicate, Record, Schema } from "effect"
import { isMomentText } from "../../domain/expiry.ts"
import * as Ids from "../../domain/Ids.ts"

export const Fields = Schema.Record({ key: Schema.String, value: Schema.Unknown })

const text = Schema.String.pipe(
  Schema.filter(value => value.trim() !== "", { message: () => "must not be blank" })
)
const idText = Schema.Union(Schema.String, Schema.NonNegativeInt).pipe(
  Schema.filter(id => String(id).trim() !== "" && String(id).length <= Ids.longestId, {
    message: () => `must have 1 to ${Ids.longestId} characters`
  })
)
const wholeNumber = (most: RegExp) =>
  idText.pipe(Schema.filter(id => most.test(String(id).trim()), { message: () => "must be a whole number" }))

export const Required = Schema.Struct({
  request_code: idText,
  app_id: wholeNumber(/^\d{1,20}$/),
  app_name: text,
  app_owner_profile_id: idText,
  user_profile_id: idText,
  vault_name: text,
  token_symbol: text,
  token_amount: Schema.String.pipe(
    Schema.filter(amount => /^\d{1,200}(\.\d{1,200})?$/.test(amount), {
      message: () => "must be base units, or a decimal"
    })
  ),
  token_decimal: wholeNumber(/^\d{1,20}(\.0{1,20})?$/).pipe(
    Schema.filter(decimals => Number(decimals) <= 255, { message: () => "must be 0 to 255" })
  )
})

export type Required = typeof Required.Type

/** An optional field: none where it is not there, or blank; left where it does not decode. */
type Read = (value: unknown) => Either.Either<Option.Option<string>, void>

const optional =
  (decode: (value: unknown) => Option.Option<string>): Read =>
  value =>
    value === undefined || value === null
      ? Either.right(Option.none())
      : Either.fromOption(
          Option.map(decode(value), read => Option.filter(Option.some(read.trim()), each => each !== "")),
          () => undefined
        )

const word = optional(Option.liftPredicate(Predicate.isString))
const id = optional(
  flow(
    Schema.decodeUnknownOption(Schema.Union(Schema.String, Schema.NonNegativeInt)),
    Option.map(String),
    Option.filter(written => written.length <= Ids.longestId)
  )
)
const moment = optional(
  flow(
    Option.liftPredicate(Predicate.isString),
    Option.filter(written => written.trim() === "" || isMomentText(written.trim()))
  )
)

export const optionalFields = {
  status: word,
  sender_profile_type: word,
  requester_profile_id: id,
  decided_by_profile_id: id,
  vault_profile_id: id,
  token_amount_in_usd: word,
  chain_name: word,
  description: word,
  expired_at: moment
}

const originFields = {
  platform: word,
  discord_user_id: id,
  guild_id: id,
  channel_id: id,
  interaction_id: id
}

export interface DecodedFields<Name extends string> {
  readonly values: Readonly<Record<Name, Option.Option<string>>>
  readonly unreadable: ReadonlyArray<string>
}

export const readEach = <Name extends string>(
  fields: Readonly<Record<Name, Read>>,
  from: Readonly<Record<string, unknown>>
): DecodedFields<Name> => {
  const read = Record.map(fields, (reader, name) => reader(from[name]))
  return {
    values: Record.map(
      read,
      Either.getOrElse(() => Option.none<string>())
    ),
    unreadable: Record.keys(Record.filter(read, Either.isLeft))
  }
}

/** What another platform says of its own users and channels means nothing in Discord. */
export const originOf = (from: unknown): DecodedFields<keyof typeof originFields> => {
  if (from === undefined || from === null) return readEach(originFields, {})
  if (!Predicate.isRecord(from)) return { ...readEach(originFields, {}), unreadable: ["requester_metadata"] }
  const { unreadable, values } = readEach(originFields, from)
  const isDiscord = Option.exists(values.platform, platform => platform.toLowerCase() === "discord")
  return {
    values: isDiscord ? values : readEach(originFields, {}).values,
    unreadable: unreadable.map(name => `requester_metadata.${name}`)
  }
}
