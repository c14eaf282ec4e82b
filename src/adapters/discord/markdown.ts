/** Text in Discord's markdown. Text from outside shows literally: it cannot add markup, a mention or a link. */
import {
  cut,
  longestName,
  longestProse,
  nameOf,
  proseOf,
  shortened,
  withVisibleControls
} from "../../domain/plainText.ts"
import { Piece } from "../../domain/Text.ts"
import type { Text } from "../../domain/Text.ts"

export const markdownOf = (text: Text): string =>
  text.map(piece => (typeof piece === "string" ? piece : pieceMarkdown(piece))).join("")

const pieceMarkdown = Piece.$match({
  Name: ({ raw }) => nameText(raw),
  Id: ({ raw }) => idText(raw),
  Prose: ({ raw }) => reasonText(raw),
  Person: ({ userId }) => `<@${userId}>`,
  Moment: ({ atMillis }): string => `<t:${Math.floor(atMillis / 1000)}:R>`,
  Strong: ({ text }): string => `**${markdownOf(text)}**`,
  Sample: ({ text }) => `\`${text}\``,
  AsShown: ({ markup }) => markup
})

/** Somebody's name for something, fit for a field: one line, no markdown, no mention, no link. */
export const nameText = (raw: string): string => nameInMarkdown(nameOf(raw))

/** An id or a code, with every character visible. */
export const idText = (raw: string): string =>
  nameInMarkdown(withVisibleControls(shortened(raw, longestName)).trim())

/** Somebody's own sentences: line breaks and links stay. */
export const reasonText = (raw: string): string =>
  cut(
    plainLines(
      proseOf(raw).replace(
        /(https?:\/\/[^\s<>\\`|]+)|[\\*_~`|<[\]]/g,
        (mark, link: string | undefined, at: number, text: string) =>
          link === undefined
            ? `\\${mark}`
            : linkText(link, text.charAt(at - 1), text.charAt(at + link.length))
      )
    ),
    longestProse
  )

/** Stands for a name without a visible character. */
const emptyName = "—"

/** A name is no link: a backslash before the colon, which Discord does not show, prevents one. */
const nameInMarkdown = (name: string): string =>
  name === ""
    ? emptyName
    : cut(plainLines(name.replace(marks, "\\$&").replaceAll("://", "\\://")), longestName)

const marks = /[\\*_~`|<[\]]/g

/** Escapes marks that have a meaning only at the start of a line. */
const plainLines = (text: string): string =>
  text.replace(/^([^\S\n]*)([#>+-])/gm, "$1\\$2").replace(/^([^\S\n]*\d+)\./gm, "$1\\.")

/** Discord ends a link only at white space or `<`, so a link that ends before anything else needs brackets around it. */
const linkText = (link: string, before: string, after: string): string => {
  const whole = link.replace(/[*_~]+$/, ending => (before === ending[0] ? "" : ending))
  const ending = link.slice(whole.length).replace(marks, "\\$&")
  return ending === "" && /^\s?$/.test(after) ? whole : `<${whole}>${ending}`
}
