import { interactive } from "../../sandbox/discord/Components.ts"
import { embedTexts } from "../../sandbox/discord/Embeds.ts"
import type { MessageFace } from "../../sandbox/discord/Model.ts"
import { messageFlags } from "../../sandbox/discord/Model.ts"
import { symbol } from "./cast.ts"

export const statuses = ["pending", "approved", "rejected", "expired", "failed", "settled"] as const
export type Status = (typeof statuses)[number]

/** What a message tells its reader about a request. */
export type Word =
  | { readonly _tag: "Thinking" }
  | {
      readonly _tag: "Stands"
      readonly status: Status
      /** Buttons that a person can press. */
      readonly buttons: number
      /** Every amount in the text, without the symbol. */
      readonly amounts: ReadonlyArray<string>
    }
  | { readonly _tag: "MayExist" }
  /** Any other text: a refusal or a failure, which claims that there is no request. */
  | { readonly _tag: "Refusal"; readonly text: string }

export type Title = "card" | "answer" | "thanks" | "other"

type Face = Pick<MessageFace, "components" | "content" | "embeds" | "flags">

export const textOf = ({ content, embeds }: Pick<Face, "content" | "embeds">): string =>
  [content, ...embeds.flatMap(embedTexts)].join("\n")

export const titleOf = ({ content, embeds }: Face): Title => {
  const title = embeds[0]?.title ?? ""
  if (title === "Vault Transfer Request") return "card"
  if (title === "Kudos Request Created") return "answer"
  return title === "Kudos Received" || content.includes("thanks you with") ? "thanks" : "other"
}

export const wordOf = (face: Face): Word => {
  if (face.flags & messageFlags.loading) return { _tag: "Thinking" }
  const text = textOf(face)
  const status = statusOf(face)
  if (status !== undefined)
    return {
      _tag: "Stands",
      status,
      buttons: interactive(face.components).filter(({ disabled }) => !disabled).length,
      amounts: amountsIn(text)
    }
  return text.includes("may have been created") ? { _tag: "MayExist" } : { _tag: "Refusal", text }
}

/** Each as a whole, so that `13.5` does not count as `3.5`. */
export const amountsIn = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(new RegExp(`(?<![\\d.])(\\d+(?:\\.\\d+)?) ${symbol}\\b`, "g"))].map(
    ([, amount = ""]) => amount
  )

/** A message about a request that names no status is about a pending one. */
const statusOf = (face: Face): Status | undefined => {
  const [embed] = face.embeds
  const field = embed?.fields?.find(({ name }) => name === "Status")?.value
  const heading = /^Kudos Request (\w+)$/.exec(embed?.title ?? "")?.[1]
  const opening = /^(Approved|Rejected|Expired|Failed|Settled): /.exec(face.content)?.[1]
  const said = [field, heading, opening].map(word => word?.toLowerCase().replace(/[^a-z]/g, ""))
  const status = statuses.find(candidate => said.includes(candidate))
  if (status !== undefined) return status
  switch (titleOf(face)) {
    case "card":
    case "answer":
      return "pending"
    case "thanks":
      return "approved"
    case "other":
      return undefined
  }
}
