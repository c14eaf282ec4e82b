import type { FakeDiscordService } from "./discord/FakeDiscord.ts"
import type { Button } from "./discord/Components.ts"
import { flatten } from "./discord/Components.ts"
import type { Embed } from "./discord/Embeds.ts"
import type { Message } from "./discord/Model.ts"

/** A message as a card for a terminal, line by line. `now` is in milliseconds. */
export const messageLines = (
  message: Message,
  { now, world }: Pick<FakeDiscordService, "now" | "world">
): ReadonlyArray<string> => {
  const read = (text: string) => plain(text, id => world.users.get(id)?.globalName ?? id, now())
  const buttons = buttonsOf(message).map(({ disabled, label, url }) => {
    const name = url ? `${label} ↗ ${url}` : `${label}`
    return disabled ? `(${name})` : `[ ${name} ]`
  })
  const content = message.content === "" ? [] : read(message.content).split("\n")
  return [
    ...content,
    ...message.embeds.flatMap(embed => framed(embedLines(embed, read))),
    ...message.attachments.map(file => `📎 ${file.filename} (${file.bytes.length} bytes)`),
    ...(buttons.length > 0 ? [buttons.join("  ")] : [])
  ].map(line => line.replace(/[\p{Cc}\p{Bidi_Control}]/gu, ""))
}

export const buttonsOf = (message: Pick<Message, "components">): ReadonlyArray<Button> =>
  flatten(message.components).flatMap(part => (part.type === 2 ? [part] : []))

/** The value of an embed's field, without markdown. */
export const fieldOf = (message: Message, name: string): string | undefined =>
  message.embeds[0]?.fields?.find(field => field.name === name)?.value.replaceAll("*", "")

const embedLines = (embed: Embed, read: (text: string) => string): ReadonlyArray<string> => {
  const fields = embed.fields ?? []
  const width = Math.max(...fields.map(({ name }) => name.length), 0)
  return [
    ...(embed.author ? [embed.author.name] : []),
    ...(embed.title ? [read(embed.title).toUpperCase()] : []),
    ...(embed.description ? read(embed.description).split("\n") : []),
    ...fields.flatMap(({ name, value }) => {
      const [first, ...more] = read(value).split("\n")
      const indent = " ".repeat(width + 2)
      return [`${name.padEnd(width)}  ${first}`, ...more.map(line => indent + line)]
    }),
    ...(embed.footer ? [embed.footer.text] : [])
  ]
}

const framed = (lines: ReadonlyArray<string>): ReadonlyArray<string> => lines.map(line => `┃ ${line}`)

/** Plain text for Discord's markup. */
const plain = (text: string, nameOf: (id: string) => string, now: number): string =>
  text
    .replace(/<@!?(\d+)>/g, (_, id: string) => `@${nameOf(id)}`)
    .replace(/<t:(\d+):R>/g, (_, seconds: string) => relative(Number(seconds) * 1000 - now))
    .replace(/(?<!\\)(\*\*|__|~~|\|\||`)/g, "")
    .replace(/\\([^\w\s])/g, "$1")

const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" })

const relative = (ms: number): string => {
  const seconds = Math.round(ms / 1000)
  const steps: ReadonlyArray<readonly [number, Intl.RelativeTimeFormatUnit]> = [
    [86_400, "day"],
    [3_600, "hour"],
    [60, "minute"]
  ]
  const step = steps.find(([size]) => Math.abs(seconds) >= size)
  return step ? words.format(Math.round(seconds / step[0]), step[1]) : words.format(seconds, "second")
}
