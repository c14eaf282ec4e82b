import {
  longestName,
  longestProse,
  nameOf,
  proseOf,
  shortened,
  withVisibleControls
} from "../domain/plainText.ts"

/** Somebody's name for something, fit for a field: one line, no markdown, no mention, no link. */
export const nameText = (raw: string): string => nameInMarkdown(nameOf(raw))

/** An id or a code, of which no character is left out. */
export const idText = (raw: string): string =>
  nameInMarkdown(withVisibleControls(shortened(raw, longestName)).trim())

/** Somebody's own sentences: their lines and links stay. */
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

/** Plain places (author, footer, labels) show markdown as it stands. */
export const cut = (text: string, most: number): string => {
  if (text.length <= most) return text
  const kept = text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, "")
  return `${kept.replace(/(?<!\\)((?:\\\\)*)\\$/, "$1")}…`
}

export const mention = (userId: string): string => `<@${userId}>`

/** Shown in each reader's own time zone. */
export const relativeTime = (epochMillis: number): string => `<t:${Math.floor(epochMillis / 1000)}:R>`

/** What has nothing to be seen is still there. */
const nothingSeen = "—"

/** A name is no link: a backslash before the colon keeps Discord from making one of it, and is not shown. */
const nameInMarkdown = (name: string): string =>
  name === ""
    ? nothingSeen
    : cut(plainLines(name.replace(marks, "\\$&").replaceAll("://", "\\://")), longestName)

const marks = /[\\*_~`|<[\]]/g

/** Marks that mean something at the beginning of a line alone. */
const plainLines = (text: string): string =>
  text.replace(/^([^\S\n]*)([#>+-])/gm, "$1\\$2").replace(/^([^\S\n]*\d+)\./gm, "$1\\.")

/** Discord ends a link at white space or `<` alone, so that one which ends before anything else needs brackets around it. */
const linkText = (link: string, before: string, after: string): string => {
  const whole = link.replace(/[*_~]+$/, ending => (before === ending[0] ? "" : ending))
  const ending = link.slice(whole.length).replace(marks, "\\$&")
  return ending === "" && /^\s?$/.test(after) ? whole : `<${whole}>${ending}`
}
