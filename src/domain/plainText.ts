/**
 * Text from outside, before it is shown, compared or kept. Whatever its length, no function here takes longer than the
 * bounds below allow: it is cut before anything is searched in it.
 */

/**
 * UTF-16 units of a name, a symbol or a chain, and of a reason, as they are kept and shown. Both are less than a field of
 * Discord's may hold, so that a whole embed stays under its 6000 whatever it is filled with.
 */
export const longestName = 200
export const longestProse = 1000
/** Characters that are taken out may hide a name behind them, up to this many times its length. */
const hiddenAtMost = 4

/**
 * Somebody's name for something, on one line and without invisible characters: control, bidirectional and zero-width
 * characters, and ids of custom emoji, which only their own server can show. Empty if nothing can be seen of it.
 */
export const nameOf = (raw: string): string =>
  raw.length <= longestName && plainWords.test(raw)
    ? raw
    : shortened(
        visible(raw, longestName)
          .replace(/[\s\u0085\u2800]+/g, " ")
          .trim(),
        longestName
      )

/** Most names: printable ASCII, without what could begin an emoji's id, and with single spaces between the words. */
const plainWords = /^[!-;=-~]+(?: [!-;=-~]+)*$/

/** Like a name, of several lines: of more than two line ends in a row, two stay. */
export const proseOf = (raw: string): string =>
  shortened(
    visible(raw, longestProse)
      .replace(/\r\n?|[\u0085\u2028\u2029\v\f]/g, "\n")
      .replace(/\n(?:[^\S\n]*\n){2,}/g, "\n\n")
      .trim(),
    longestProse
  )

/** At most `most` UTF-16 units, the last of them … if the text was longer; never half a character. */
export const shortened = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, "")}…`

/** As `shortened`, and never in half an escape: a trailing backslash would escape the …. */
export const cut = (text: string, most: number): string =>
  text.length <= most ? text : shortened(text, most).replace(/(?<!\\)((?:\\\\)*)\\…$/, "$1…")

/** What a search or a comparison of names goes by: width, ligatures, accents' spelling and case make no difference. */
export const folded = (text: string): string => {
  const compared = text.slice(0, longestProse)
  return ascii.test(compared) ? compared.toLowerCase() : foldedWidely(compared)
}

const ascii = /^[\0-\x7f]*$/

const foldedWidely = (text: string): string =>
  text
    .normalize("NFKC")
    // by way of capitals, since only so ß meets SS; the sigma of word ends would depend on what follows it
    .toUpperCase()
    .toLowerCase()
    .replaceAll("ς", "σ")
    .normalize("NFKC")

/**
 * For a terminal, and for ids, of which no character may be lost: an invisible character becomes its code. As JSON has the
 * same codes, and none of these characters outside its texts, JSON means the same afterwards.
 */
export const withVisibleControls = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{DI}\u2028\u2029]/gu, coded)

/** The same, of several lines. */
export const linesWithVisibleControls = (text: string): string =>
  text.replace(/[[\p{Cc}\p{Cf}\p{DI}\u2028\u2029]--\n]/gv, coded)

const coded = (character: string): string =>
  character
    .split("")
    .map(unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("")

const visible = (raw: string, most: number): string =>
  shortened(raw, most * hiddenAtMost)
    .toWellFormed()
    .replace(/<a?:(\w{1,32}):\d{1,20}>/g, ":$1:")
    .replace(unseen, (_, kept: string | undefined) => kept ?? "")

/** Characters that are invisible by themselves and yet mean something in their place. */
const meant = [
  // joiners between letters, and between emoji
  String.raw`(?<=[[\p{L}\p{M}]--\p{DI}])[\u200C\u200D](?=[[\p{L}\p{M}]--\p{DI}])`,
  String.raw`(?<=[\p{ExtPict}\p{EMod}]\uFE0F?)\u200D(?=\p{ExtPict})`,
  // the coloured form of an emoji or a keycap, the flags of England, Scotland and Wales
  String.raw`(?<=\p{ExtPict})[\uFE0E\uFE0F]|(?<=[#*\d])\uFE0F(?=\u20E3)`,
  String.raw`(?<=\u{1F3F4}[\u{E0030}-\u{E0039}\u{E0061}-\u{E007A}]{0,6})[\u{E0030}-\u{E0039}\u{E0061}-\u{E007A}\u{E007F}]`,
  // a character's form, as names in Chinese, Japanese and Mongolian use it
  String.raw`(?<=\p{sc=Han})[\uFE00-\uFE02\u{E0100}-\u{E01EF}]|(?<=\p{sc=Mong})[\u180B-\u180D\u180F]`
]
const unseen = new RegExp(String.raw`(${meant.join("|")})|[[\p{Cc}\p{Cf}\p{DI}]--[\t\n\v\f\r\u0085]]`, "gv")
