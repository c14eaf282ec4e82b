import { Effect, ParseResult, Schema } from "effect"
import type { DiscordError } from "./DiscordError.ts"
import { invalidForm } from "./DiscordError.ts"

/** Separates Discord's code from its sentence inside a Schema message. */
const mark = "\u0000"

/** A fault of one field in Discord's words, for use as a Schema message. */
export const fault = (code: string, message: string) => `${code}${mark}${message}`

export const required = fault("BASE_TYPE_REQUIRED", "This field is required")

/** Length counts characters, as Discord does, not UTF-16 units. */
export const text = (min: number, max: number) =>
  Schema.String.annotations({
    message: () => fault("STRING_TYPE_CONVERT", "Could not interpret value as string.")
  }).pipe(
    Schema.filter(value => {
      const length = [...value].length
      if (min > 0 && length === 0) return required
      if (length >= min && length <= max) return undefined
      return min === 0
        ? fault("BASE_TYPE_MAX_LENGTH", `Must be ${max} or fewer in length.`)
        : fault("BASE_TYPE_BAD_LENGTH", `Must be between ${min} and ${max} in length.`)
    })
  )

export const list = <A, I>(item: Schema.Schema<A, I>, min: number, max: number) =>
  Schema.Array(item).pipe(
    Schema.filter(items =>
      items.length >= min && items.length <= max
        ? undefined
        : fault("BASE_TYPE_BAD_LENGTH", `Must be between ${min} and ${max} in length.`)
    )
  )

export const integer = (min: number, max: number) =>
  Schema.Number.pipe(
    Schema.filter(value =>
      Number.isInteger(value) && value >= min && value <= max
        ? undefined
        : fault("NUMBER_TYPE_RANGE", `int value should be between ${min} and ${max}.`)
    )
  )

export const field = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })

/** A field that may be missing or null, which means the same. */
export const nullable = <A, I>(schema: Schema.Schema<A, I>) =>
  Schema.optionalWith(Schema.NullOr(schema), { exact: true })

export const snowflake = Schema.String.pipe(
  Schema.filter(value =>
    /^\d{1,20}$/.test(value) ? undefined : fault("NUMBER_TYPE_COERCE", `Value "${value}" is not snowflake.`)
  )
)

type Issue = ParseResult.ArrayFormatterIssue

interface Tree {
  [key: string]: Tree | ReadonlyArray<{ readonly code: string; readonly message: string }>
}

/** Decodes a body, or fails with 50035 and Discord's nested `errors`; `prefix` is the value's path in the body. */
export const validate =
  <A, I>(schema: Schema.Schema<A, I>, prefix: ReadonlyArray<PropertyKey> = []) =>
  (body: unknown): Effect.Effect<A, DiscordError> =>
    ParseResult.decodeUnknown(schema, { errors: "all" })(body).pipe(
      Effect.mapError(issue => {
        const issues = ParseResult.ArrayFormatter.formatIssueSync(issue)
        const root: Tree = {}
        for (const found of issues) {
          if (!isOvershadowed(found, issues)) insert(root, [...prefix, ...found.path], toError(found))
        }
        return invalidForm(root)
      })
    )

/** A fault at this path that no schema can see. */
export const faultAt = (path: ReadonlyArray<PropertyKey>, code: string, message: string): DiscordError => {
  const root: Tree = {}
  insert(root, path, { code, message })
  return invalidForm(root)
}

/** Of a union's issues only the one in Discord's words counts. */
const isOvershadowed = (issue: Issue, issues: ReadonlyArray<Issue>) =>
  !issue.message.includes(mark) &&
  issues.some(other => other.message.includes(mark) && other.path.join("/") === issue.path.join("/"))

const toError = (issue: Issue) => {
  if (issue._tag === "Missing") return { code: "BASE_TYPE_REQUIRED", message: "This field is required" }
  const [code, message] = issue.message.split(mark)
  return message === undefined
    ? { code: "BASE_TYPE_INVALID", message: issue.message }
    : { code: code ?? "BASE_TYPE_INVALID", message }
}

const insert = (tree: Tree, path: ReadonlyArray<PropertyKey>, error: { code: string; message: string }) => {
  let here = tree
  for (const key of path) {
    const name = String(key)
    const next = here[name]
    if (next === undefined || Array.isArray(next)) {
      const child: Tree = {}
      here[name] = child
      here = child
    } else if (!isErrors(next)) here = next
  }
  const before = here["_errors"]
  here["_errors"] = isErrors(before) ? [...before, error] : [error]
}

const isErrors = (
  value: Tree[string] | undefined
): value is ReadonlyArray<{ readonly code: string; readonly message: string }> => Array.isArray(value)
