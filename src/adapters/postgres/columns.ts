import { Schema } from "effect"
import { UserId, ProfileId } from "../../domain/Ids.ts"

/**
 * Begins the text that replaces the id of an erased person; a keyed hash follows. Rows with it still decode: the person
 * reads as absent.
 */
export const erasedPrefix = "erased:"

/**
 * PostgreSQL's text has no NUL, and its JSON no lone surrogate. Text from outside must not make a row unstorable, so U+FFFD
 * replaces them.
 */
export const storable = (value: string): string => value.toWellFormed().replaceAll("\u0000", "\uFFFD")

export const text = <A extends string>(schema: Schema.Schema<A, string>): Schema.Schema<A, string> =>
  Schema.transform(Schema.String, schema, { strict: true, decode: value => value, encode: storable })

export const optionalText = <A extends string>(schema: Schema.Schema<A, string>) =>
  Schema.OptionFromNullOr(text(schema))

/** A person's id in a column that may be empty, or erased. */
const personId = <A extends string>(schema: Schema.Schema<A, string>) =>
  Schema.transform(Schema.NullOr(Schema.String), optionalText(schema), {
    strict: true,
    decode: value => (value?.startsWith(erasedPrefix) === true ? null : value),
    encode: value => value
  })

export const profileId = personId(ProfileId)
export const userId = personId(UserId)

export const instant = Schema.DateTimeUtcFromDate
