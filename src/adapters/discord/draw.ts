/** Screens as Discord's messages: an embed with buttons under it, within Discord's limits. */
import { Option } from "effect"
import { Mark, Offer } from "../../domain/Screen.ts"
import type { Line, Screen, Tone } from "../../domain/Screen.ts"
import { customIdOf } from "./customId.ts"
import { markdownOf } from "./markdown.ts"
import type { Button, Embed, Field, Message } from "./Message.ts"

/** Discord's limits: fields of one embed, and characters of all its texts together. */
const mostFields = 25
const longestEmbed = 6000

/** A screen that pings somebody is plain text, since Discord ignores mentions in an embed; all others are embeds. */
export const drawn = (screen: Screen): Message => ({
  content: Option.isSome(screen.pings) ? sentencesOf(screen.lines).join("\n") : "",
  embeds: Option.isSome(screen.pings) ? [] : [embedOf(screen)],
  components: screen.actions.length === 0 ? [] : [{ type: 1, components: screen.actions.map(buttonOf) }],
  allowed_mentions: { parse: [], users: Option.toArray(screen.pings) }
})

/** The mark of a message about a request: its title links to Mochi, with the application in the URL. */
export const markOf = Mark.$match({
  Plain: ({ text }): Pick<Embed, "url" | "footer"> => ({ footer: { text } }),
  Request: ({ key, text }): Pick<Embed, "url" | "footer"> => ({
    url: `https://mochi.gg/#application-${encodeURIComponent(key.applicationId)}`,
    footer: { text }
  })
})

const embedOf = (screen: Screen): Embed => {
  const drawnWith = (lines: ReadonlyArray<Line>): Embed => ({
    ...Option.match(screen.title, { onNone: () => ({}), onSome: title => ({ title }) }),
    ...Option.match(screen.headline, { onNone: () => ({}), onSome: name => ({ author: { name } }) }),
    ...descriptionOf(lines),
    color: colors[screen.tone],
    ...fieldsOf(lines),
    ...Option.match(screen.mark, { onNone: () => ({}), onSome: markOf })
  })
  let lines = screen.lines
  for (let embed = drawnWith(lines); ; embed = drawnWith(lines)) {
    if ((embed.fields ?? []).length <= mostFields && embedLength(embed) <= longestEmbed) return embed
    const fewer = withoutLastThatMayGo(lines)
    if (fewer.length === lines.length) return embed
    lines = fewer
  }
}

const withoutLastThatMayGo = (lines: ReadonlyArray<Line>): ReadonlyArray<Line> => {
  const last = lines.findLastIndex(line => line._tag === "Fact" && line.mayGo)
  return last < 0 ? lines : lines.toSpliced(last, 1)
}

const sentencesOf = (lines: ReadonlyArray<Line>): ReadonlyArray<string> =>
  lines.flatMap(line => (line._tag === "Sentence" ? [markdownOf(line.text)] : []))

const descriptionOf = (lines: ReadonlyArray<Line>): Pick<Embed, "description"> => {
  const description = sentencesOf(lines).join("\n")
  return description === "" ? {} : { description }
}

const fieldsOf = (lines: ReadonlyArray<Line>): Pick<Embed, "fields"> => {
  const fields = lines.flatMap(
    (line): ReadonlyArray<Field> =>
      line._tag === "Fact"
        ? [{ name: line.label, value: visible(markdownOf(line.value)), inline: line.isShort }]
        : []
  )
  return fields.length === 0 ? {} : { fields }
}

/** Discord refuses an empty value. */
const visible = (text: string): string => (text === "" ? "—" : text)

const buttonOf = Offer.$match({
  Press: ({ action, label, weight }): Button => ({
    type: 2,
    style: styles[weight],
    label,
    custom_id: customIdOf(action)
  }),
  Link: ({ label, url }): Button => ({ type: 2, style: 5, label, url })
})

const styles = { main: 1, plain: 2, good: 3, grave: 4 } as const

const colors: Readonly<Record<Tone, number>> = {
  mochi: 0xf6a5c0,
  done: 0x2ecc71,
  refused: 0xe74c3c,
  quiet: 0x95a5a6,
  warning: 0xf39c12
}

const embedLength = ({ author, description, fields, footer, title }: Embed): number =>
  [
    title,
    description,
    author?.name,
    footer?.text,
    ...(fields ?? []).flatMap(({ name, value }) => [name, value])
  ]
    .map(text => text?.length ?? 0)
    .reduce((sum, length) => sum + length, 0)
