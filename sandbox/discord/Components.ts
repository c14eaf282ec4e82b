import { Schema } from "effect"
import { fault, field, integer, list, nullable, text } from "./Validation.ts"

const customId = text(1, 100)
const id = nullable(Schema.Number)
const emoji = Schema.Struct({
  id: nullable(Schema.String),
  name: nullable(Schema.String),
  animated: field(Schema.Boolean)
})

const linkStyle = 5
const premiumStyle = 6

const Button = Schema.Struct({
  type: Schema.Literal(2),
  id,
  style: Schema.Literal(1, 2, 3, 4, 5, 6).annotations({
    message: () => fault("BASE_TYPE_CHOICES", "Value must be one of (1, 2, 3, 4, 5, 6).")
  }),
  label: nullable(text(0, 80)),
  emoji: nullable(emoji),
  custom_id: nullable(customId),
  url: nullable(text(1, 512)),
  sku_id: nullable(Schema.String),
  disabled: nullable(Schema.Boolean)
}).pipe(
  Schema.filter(button => {
    if (button.style === premiumStyle) return undefined
    if (button.style === linkStyle) {
      return typeof button.url === "string"
        ? undefined
        : { path: ["url"], message: fault("BASE_TYPE_REQUIRED", "A url is required") }
    }
    if (typeof button.custom_id !== "string") {
      return {
        path: ["custom_id"],
        message: fault("BUTTON_COMPONENT_CUSTOM_ID_REQUIRED", "A custom id is required")
      }
    }
    return !button.label && !button.emoji
      ? {
          path: ["label"],
          message: fault("BUTTON_COMPONENT_INVALID_CONTENT", "A label or an emoji is required")
        }
      : undefined
  })
)
export type Button = Schema.Schema.Type<typeof Button>

const Select = Schema.Struct({
  type: Schema.Literal(3, 5, 6, 7, 8),
  id,
  custom_id: customId,
  placeholder: nullable(text(0, 150)),
  min_values: nullable(integer(0, 25)),
  max_values: nullable(integer(1, 25)),
  disabled: nullable(Schema.Boolean),
  options: field(
    list(
      Schema.Struct({
        label: text(1, 100),
        value: text(1, 100),
        description: nullable(text(0, 100)),
        emoji: nullable(emoji),
        default: field(Schema.Boolean)
      }),
      1,
      25
    )
  )
})

const ActionRow = Schema.Struct({
  type: Schema.Literal(1),
  id,
  components: list(Schema.Union(Button, Select), 1, 5)
}).pipe(
  Schema.filter(row =>
    row.components.some(part => part.type !== 2) && row.components.length > 1
      ? {
          path: ["components"],
          message: fault(
            "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
            "The specified component exceeds the maximum width"
          )
        }
      : undefined
  )
)

const TextDisplay = Schema.Struct({ type: Schema.Literal(10), id, content: text(1, 4000) })
const media = Schema.Struct({ url: Schema.String })
const Thumbnail = Schema.Struct({ type: Schema.Literal(11), id, media, description: nullable(text(0, 1024)) })
const Section = Schema.Struct({
  type: Schema.Literal(9),
  id,
  components: list(TextDisplay, 1, 3),
  accessory: Schema.Union(Button, Thumbnail)
})
const Gallery = Schema.Struct({
  type: Schema.Literal(12),
  id,
  items: list(
    Schema.Struct({ media, description: nullable(text(0, 1024)), spoiler: field(Schema.Boolean) }),
    1,
    10
  )
})
const File = Schema.Struct({ type: Schema.Literal(13), id, file: media, spoiler: field(Schema.Boolean) })
const Separator = Schema.Struct({
  type: Schema.Literal(14),
  id,
  divider: field(Schema.Boolean),
  spacing: field(Schema.Literal(1, 2))
})
const Container = Schema.Struct({
  type: Schema.Literal(17),
  id,
  accent_color: nullable(integer(0, 0xffffff)),
  spoiler: field(Schema.Boolean),
  components: list(Schema.Union(ActionRow, TextDisplay, Section, Gallery, File, Separator), 1, 40)
})

export const Component = Schema.Union(ActionRow, TextDisplay, Section, Gallery, File, Separator, Container)
export type Component = Schema.Schema.Type<typeof Component>
type Part = Component | Button | Schema.Schema.Type<typeof Select> | Schema.Schema.Type<typeof Thumbnail>

/** The components of one message. `MessageBody` checks what depends on the message's flags. */
export const Components = list(Component, 0, 40).pipe(
  Schema.filter(components => {
    const ids = interactive(components).map(part => part.custom_id)
    return new Set(ids).size < ids.length
      ? fault("COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
      : undefined
  })
)

export const flatten = (components: ReadonlyArray<Part>): ReadonlyArray<Part> =>
  components.flatMap((part): ReadonlyArray<Part> => {
    switch (part.type) {
      case 1:
      case 17:
        return [part, ...flatten(part.components)]
      case 9:
        return [part, ...part.components, part.accessory]
      default:
        return [part]
    }
  })

/** The components that a person can click, each with its custom id. */
export const interactive = (components: ReadonlyArray<Component>) =>
  flatten(components).flatMap((part, index) =>
    "custom_id" in part && typeof part.custom_id === "string"
      ? [
          {
            type: part.type,
            custom_id: part.custom_id,
            disabled: part.disabled === true,
            id: part.id ?? index + 1
          }
        ]
      : []
  )

/** Components as Discord returns them, each with a number of its own. */
export const numbered = (components: ReadonlyArray<Component>): ReadonlyArray<unknown> => {
  let next = 0
  const visit = (part: Part): unknown => {
    const number = part.id ?? ++next
    switch (part.type) {
      case 1:
      case 17:
        return { ...part, id: number, components: part.components.map(visit) }
      case 9:
        return {
          ...part,
          id: number,
          components: part.components.map(visit),
          accessory: visit(part.accessory)
        }
      default:
        return { ...part, id: number }
    }
  }
  return components.map(visit)
}
