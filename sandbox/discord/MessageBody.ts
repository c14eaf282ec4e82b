import { Effect, Schema } from "effect"
import { Components, flatten } from "./Components.ts"
import type { DiscordError } from "./DiscordError.ts"
import { emptyMessage } from "./DiscordError.ts"
import { Embeds } from "./Embeds.ts"
import { messageFlags } from "./Model.ts"
import { fault, faultAt, field, list, nullable, snowflake, text, validate } from "./Validation.ts"

export const AllowedMentions = Schema.Struct({
  parse: nullable(Schema.Array(Schema.Literal("everyone", "roles", "users"))),
  users: nullable(list(snowflake, 0, 100)),
  roles: nullable(list(snowflake, 0, 100)),
  replied_user: nullable(Schema.Boolean)
}).pipe(
  Schema.filter(({ parse, users, roles }) => {
    const conflicts = (kind: "users" | "roles", ids: ReadonlyArray<string> | null | undefined) =>
      parse?.includes(kind) && ids && ids.length > 0
        ? [
            {
              path: ["parse"],
              message: fault(
                "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                `parse:["${kind}"] and ${kind}: [ids...] are mutually exclusive.`
              )
            }
          ]
        : []
    return [...conflicts("users", users), ...conflicts("roles", roles)]
  })
)
export type AllowedMentions = Schema.Schema.Type<typeof AllowedMentions>

const shared = {
  content: nullable(text(0, 2000)),
  embeds: nullable(Embeds),
  components: nullable(Components),
  allowed_mentions: nullable(AllowedMentions),
  flags: nullable(Schema.Number),
  attachments: nullable(
    Schema.Array(
      Schema.Struct({
        id: Schema.Union(Schema.String, Schema.Number),
        filename: nullable(Schema.String),
        description: nullable(text(0, 1024))
      })
    )
  )
}

const Nonce = Schema.Union(
  Schema.Number,
  Schema.String.pipe(
    Schema.filter(value =>
      value.length > 25 ? fault("BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.") : undefined
    )
  )
)

export const MessageCreate = Schema.Struct({
  ...shared,
  tts: field(Schema.Boolean),
  nonce: nullable(Nonce),
  enforce_nonce: nullable(Schema.Boolean),
  message_reference: nullable(
    Schema.Struct({ message_id: snowflake, fail_if_not_exists: field(Schema.Boolean) })
  )
})
export type MessageCreate = Schema.Schema.Type<typeof MessageCreate>

export const MessageEdit = Schema.Struct(shared)
export type MessageEdit = Schema.Schema.Type<typeof MessageEdit>

/** A file of a multipart body; `index` is n of `files[n]`. */
export interface UploadedFile {
  readonly index: number
  readonly filename: string
  readonly contentType: string
  readonly bytes: Uint8Array
}

type Path = ReadonlyArray<PropertyKey>

/** A new message: valid, consistent with its flags, and not empty. */
export const decodeCreate = (body: unknown, files: ReadonlyArray<UploadedFile>, prefix: Path = []) =>
  Effect.gen(function* () {
    const message = yield* validate(MessageCreate, prefix)(body)
    yield* checkLayout(message, hasV2(message.flags), prefix)
    const empty =
      !message.content && !message.embeds?.length && !message.components?.length && files.length === 0
    if (empty) return yield* emptyMessage()
    return message
  })

/** An edit of a message that already has these flags. */
export const decodeEdit = (body: unknown, flagsBefore: number, prefix: Path = []) =>
  Effect.gen(function* () {
    const edit = yield* validate(MessageEdit, prefix)(body)
    yield* checkLayout(edit, hasV2(flagsBefore) || hasV2(edit.flags), prefix)
    return edit
  })

const hasV2 = (flags: number | null | undefined) => ((flags ?? 0) & messageFlags.componentsV2) !== 0

const checkLayout = (body: MessageEdit, v2: boolean, prefix: Path): Effect.Effect<void, DiscordError> => {
  const components = body.components ?? []
  if (v2) {
    if (body.content || body.embeds?.length) {
      return faultAt(
        [...prefix, body.content ? "content" : "embeds"],
        "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
        "This field cannot be used with the IS_COMPONENTS_V2 flag"
      )
    }
    return flatten(components).length > 40
      ? faultAt(
          [...prefix, "components"],
          "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
          "Must be 40 or fewer in length."
        )
      : Effect.void
  }
  const misplaced = components.findIndex(part => part.type !== 1)
  if (misplaced >= 0) {
    return faultAt(
      [...prefix, "components", misplaced, "type"],
      "BASE_TYPE_CHOICES",
      'Value of field "type" must be one of (1,).'
    )
  }
  return components.length > 5
    ? faultAt([...prefix, "components"], "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")
    : Effect.void
}
