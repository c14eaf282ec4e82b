/** Recognizes the bot's own messages long after it posted them, by the parts that all drawings of a notice share. */
import { Predicate } from "effect"
import type { RequestKey } from "../../domain/Ids.ts"
import type { Notice } from "../../domain/Notice.ts"
import { noticeScreen, titlesOf } from "../../views/notices.ts"
import { requestMark } from "../../views/requestLines.ts"
import type { Words } from "../../words/Words.ts"
import { everyWords } from "../../words/wordsFor.ts"
import { drawn, markOf } from "./draw.ts"

/** The parts of a posted message that this module compares. */
interface PostedMessage {
  readonly embeds: ReadonlyArray<PostedEmbed>
  readonly components?: unknown
}

interface PostedEmbed {
  readonly title?: string | null | undefined
  readonly url?: string | null | undefined
  readonly footer?: { readonly text: string } | null | undefined
  readonly fields?: ReadonlyArray<{ readonly name: string; readonly value: string }> | null | undefined
}

/**
 * Whether a message shows this notice, at any status and in any language: it is of its kind, and about its request. A
 * pointer names the request only in its button.
 */
export const isDrawingOf = (notice: Notice): ((message: PostedMessage) => boolean) => {
  const inEachLanguage = everyWords.map(words => isDrawingIn(words, notice))
  return message => inEachLanguage.some(isDrawing => isDrawing(message))
}

const isDrawingIn = (words: Words, notice: Notice): ((message: PostedMessage) => boolean) => {
  const { components, embeds } = drawn(noticeScreen(words, notice))
  const [own] = embeds
  if (notice._tag === "Pointer" || own === undefined) {
    const wanted = customIds(components).join(" ")
    return message => message.embeds.length === 0 && customIds(message.components).join(" ") === wanted
  }
  const titles = titlesOf(words, notice)
  const isAbout = isAboutRequest(words, notice.request.key, own)
  return ({ embeds: [embed] }) => embed !== undefined && titles.includes(embed.title ?? "") && isAbout(embed)
}

/** A message of an earlier release does not name the application in its mark; then its vault identifies it. */
const isAboutRequest = ({ request: labels }: Words, key: RequestKey, own: PostedEmbed) => {
  const mark = markOf(requestMark(labels, key))
  const vaultLine = ({ fields }: PostedEmbed): string | undefined =>
    (fields ?? []).find(({ name }) => name === labels.vault || name === labels.fromVault)?.value
  return (embed: PostedEmbed): boolean =>
    embed.footer?.text === mark.footer?.text &&
    (embed.url == null ? vaultLine(embed) === vaultLine(own) : embed.url === mark.url)
}

const customIds = (components: unknown): ReadonlyArray<string> => {
  if (Array.isArray(components)) return components.flatMap(customIds)
  if (!Predicate.isRecord(components)) return []
  const own = components["custom_id"]
  return [...(typeof own === "string" ? [own] : []), ...customIds(components["components"])]
}
