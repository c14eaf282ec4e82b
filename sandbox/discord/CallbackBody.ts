import { Effect, Schema } from "effect"
import type { DiscordError } from "./DiscordError.ts"
import type { MessageCreate, MessageEdit, UploadedFile } from "./MessageBody.ts"
import { decodeCreate, decodeEdit } from "./MessageBody.ts"
import { faultAt, field, list, nullable, text, validate } from "./Validation.ts"

const Choices = Schema.Struct({
  choices: list(
    Schema.Struct({
      name: text(1, 100),
      name_localizations: nullable(Schema.Record({ key: Schema.String, value: Schema.String })),
      value: Schema.Union(text(1, 100), Schema.Number)
    }),
    0,
    25
  )
})
export type Choice = Schema.Schema.Type<typeof Choices>["choices"][number]

const Modal = Schema.Struct({
  custom_id: text(1, 100),
  title: text(1, 45),
  components: list(Schema.Unknown, 1, 5)
})

/** An answer to an interaction, decoded as its type requires. */
export type Callback =
  | { readonly type: 1 }
  | { readonly type: 4; readonly data: MessageCreate }
  | { readonly type: 5; readonly flags: number }
  | { readonly type: 6 }
  | { readonly type: 7; readonly data: MessageEdit }
  | { readonly type: 8; readonly choices: ReadonlyArray<Choice> }
  | { readonly type: 9; readonly modal: Schema.Schema.Type<typeof Modal> }

const Envelope = Schema.Struct({
  type: Schema.Number,
  data: Schema.optionalWith(Schema.Unknown, { exact: true })
})
const Deferral = Schema.Struct({ flags: field(Schema.Number) })

/** The callback types that Discord accepts for commands (2), components (3) and autocomplete (4). */
const acceptedTypes: Record<2 | 3 | 4, ReadonlyArray<number>> = { 2: [4, 5, 9], 3: [4, 5, 6, 7, 9], 4: [8] }

export const decodeCallback = (
  body: unknown,
  interactionType: 2 | 3 | 4,
  flagsBefore: number,
  files: ReadonlyArray<UploadedFile>
): Effect.Effect<Callback, DiscordError> =>
  Effect.gen(function* () {
    const { type, data } = yield* validate(Envelope)(body)
    if (!acceptedTypes[interactionType].includes(type)) {
      return yield* faultAt(
        ["type"],
        "BASE_TYPE_CHOICES",
        `Value must be one of {${acceptedTypes[interactionType].join(", ")}}.`
      )
    }
    switch (type) {
      case 4:
        return { type, data: yield* decodeCreate(data ?? {}, files, ["data"]) }
      case 5: {
        const { flags } = yield* validate(Deferral, ["data"])(data ?? {})
        return { type, flags: flags ?? 0 }
      }
      case 6:
        return { type }
      case 7:
        return { type, data: yield* decodeEdit(data ?? {}, flagsBefore, ["data"]) }
      case 8:
        return { type, choices: (yield* validate(Choices, ["data"])(data)).choices }
      case 9:
        return { type, modal: yield* validate(Modal, ["data"])(data) }
      default:
        return yield* faultAt(["type"], "BASE_TYPE_CHOICES", "Unknown callback type.")
    }
  })
