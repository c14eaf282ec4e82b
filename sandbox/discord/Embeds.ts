import { Schema } from "effect"
import { fault, list, nullable, text } from "./Validation.ts"

const url = Schema.String.pipe(
  Schema.filter(value =>
    /^(https?|attachment):\/\/\S+$/.test(value) && value.length <= 2048
      ? undefined
      : fault("URL_TYPE_INVALID_URL", "Not a well formed URL.")
  )
)
const image = Schema.Struct({ url })

export const Embed = Schema.Struct({
  title: nullable(text(0, 256)),
  description: nullable(text(0, 4096)),
  url: nullable(url),
  timestamp: nullable(
    Schema.String.pipe(
      Schema.filter(value =>
        Number.isNaN(Date.parse(value))
          ? fault("DATETIME_TYPE_PARSE", `Could not parse ${value}. Should be ISO8601.`)
          : undefined
      )
    )
  ),
  color: nullable(
    Schema.Number.pipe(
      Schema.filter(value =>
        Number.isInteger(value) && value >= 0 && value <= 0xffffff
          ? undefined
          : fault("NUMBER_TYPE_MAX", "int value should be less than or equal to 16777215.")
      )
    )
  ),
  footer: nullable(Schema.Struct({ text: text(0, 2048), icon_url: nullable(url) })),
  image: nullable(image),
  thumbnail: nullable(image),
  author: nullable(Schema.Struct({ name: text(1, 256), url: nullable(url), icon_url: nullable(url) })),
  fields: nullable(
    list(Schema.Struct({ name: text(1, 256), value: text(1, 1024), inline: nullable(Schema.Boolean) }), 0, 25)
  )
})
export type Embed = Schema.Schema.Type<typeof Embed>

/** All embeds of one message: ten at most, and 6000 characters in all. */
export const Embeds = list(Embed, 0, 10).pipe(
  Schema.filter(embeds =>
    embeds.reduce((sum, embed) => sum + embedLength(embed), 0) > 6000
      ? fault("MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")
      : undefined
  )
)

/** Every text that a reader sees in an embed, in reading order. */
export const embedTexts = (embed: Embed): ReadonlyArray<string> =>
  [
    embed.author?.name,
    embed.title,
    embed.description,
    ...(embed.fields ?? []).flatMap(item => [item.name, item.value]),
    embed.footer?.text
  ].filter(part => typeof part === "string")

const embedLength = (embed: Embed) => embedTexts(embed).reduce((sum, part) => sum + [...part].length, 0)
