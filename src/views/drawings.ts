/** Telling one's own messages apart, long after they were posted: a message is found again by what all its drawings share. */
import { Predicate } from "effect"
import type { RequestKey } from "../domain/Ids.ts"
import type { Notice } from "../domain/Notice.ts"
import { noticeMessage, titlesOf } from "./notices.ts"
import { requestMark } from "./requestFields.ts"

/** A message as Discord shows it, as far as it is compared. */
export interface PostedMessage {
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
 * Whether a message is this notice, drawn at whatever status: of its kind, and about its request. A pointer says the
 * request in its button alone.
 */
export const isDrawingOf = (notice: Notice): ((message: PostedMessage) => boolean) => {
  const { components, embeds } = noticeMessage(notice)
  const [drawn] = embeds
  if (notice._tag === "Pointer" || drawn === undefined) {
    const wanted = customIds(components).join(" ")
    return message => message.embeds.length === 0 && customIds(message.components).join(" ") === wanted
  }
  const titles = titlesOf(notice)
  const isAbout = saysRequest(notice.picture.key, drawn)
  return ({ embeds: [embed] }) => embed !== undefined && titles.includes(embed.title ?? "") && isAbout(embed)
}

/** A message of an earlier release does not name the application in its mark; its vault does. */
const saysRequest = (key: RequestKey, drawn: PostedEmbed) => {
  const mark = requestMark(key)
  return (embed: PostedEmbed): boolean =>
    embed.footer?.text === mark.footer.text &&
    (embed.url == null ? vaultLine(embed) === vaultLine(drawn) : embed.url === mark.url)
}

const vaultLine = ({ fields }: PostedEmbed): string | undefined =>
  (fields ?? []).find(({ name }) => name === "Vault" || name === "From vault")?.value

const customIds = (components: unknown): ReadonlyArray<string> => {
  if (Array.isArray(components)) return components.flatMap(customIds)
  if (!Predicate.isRecord(components)) return []
  const own = components["custom_id"]
  return [...(typeof own === "string" ? [own] : []), ...customIds(components["components"])]
}
