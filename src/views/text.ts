/**
 * Discord's limits, in UTF-16 units. Names and reasons get less than a field may hold, so that a whole embed stays under
 * 6000 whatever it is filled with.
 */
const longestName = 200
const longestReason = 1000

/** Somebody's name for something, fit for a field: no markdown, no mention, no longer than a line or two. */
export const nameText = (raw: string): string => escaped(raw, longestName)

export const reasonText = (raw: string): string => escaped(raw, longestReason)

/** Plain places (author, footer, labels) show markdown as it stands. */
export const cut = (text: string, most: number): string => {
  if (text.length <= most) return text
  const kept = text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, "")
  return `${kept.replace(/(?<!\\)((?:\\\\)*)\\$/, "$1")}…`
}

export const mention = (userId: string): string => `<@${userId}>`

/** Shown in each reader's own time zone. */
export const relativeTime = (epochMillis: number): string => `<t:${Math.floor(epochMillis / 1000)}:R>`

const escaped = (raw: string, most: number): string => {
  const text = raw.toWellFormed().replaceAll("\u0000", "").trim()
  return cut(
    text
      .replace(/[\\*_~`|<[\]]/g, "\\$&")
      .replace(/^(\s*)([#>+-])/gm, "$1\\$2")
      .replace(/^(\s*\d+)\./gm, "$1\\."),
    most
  )
}
