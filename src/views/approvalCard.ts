import { DateTime, Option } from "effect"
import type { RequestWithPeople } from "../domain/Notice.ts"
import type { RequestStatus } from "../domain/RequestStatus.ts"
import { decisionId } from "../domain/customId.ts"
import { isExpiry } from "../domain/expiry.ts"
import { message } from "./Message.ts"
import type { Button, Embed, Message } from "./Message.ts"
import {
  amountText,
  field,
  isKnown,
  personText,
  reasonFields,
  requestMark,
  settlementFields,
  statusColor,
  statusFields,
  vaultText
} from "./requestFields.ts"
import { idText, nameText, relativeTime } from "./text.ts"

/** The owner's card, drawn whole from what is stored. Only a pending request has buttons. */
export const approvalCard = (
  picture: RequestWithPeople,
  headline = settledHeadline(picture.status)
): Message => {
  const { facts, key, status } = picture
  return message({
    embed: {
      title: "Vault Transfer Request",
      ...author(headline),
      color: statusColor(status),
      fields: [
        field("Amount", amountText(facts), true),
        field("Recipient", personText(picture.recipient), true),
        ...reasonFields(facts),
        field("Vault", vaultText(facts)),
        ...Option.match(facts.chain, {
          onNone: () => [],
          onSome: chain => [field("Chain", nameText(chain), true)]
        }),
        ...(isKnown(picture.requester) ? [field("Requested by", personText(picture.requester), true)] : []),
        field("Request ID", idText(key.code), true),
        ...expiryFields(picture),
        ...statusFields(status),
        ...settlementFields(picture)
      ],
      ...requestMark(key)
    },
    buttons: status === "pending" ? decisionButtons(picture) : []
  })
}

/** The author line of a settled card; none while it is pending. */
export const settledHeadline = (status: RequestStatus): string | undefined => {
  switch (status) {
    case "pending":
      return undefined
    case "approved":
      return "Transfer request approved"
    case "rejected":
      return "Transfer request rejected"
    case "expired":
    case "failed":
    case "settled":
      return settledElsewhere
  }
}

/** The author line where the click came too late, and of what nobody decided. */
export const settledElsewhere = "Transfer Request Settled"

/**
 * A card of a request that is not stored: it keeps its lines; author, status, who and when change, and the buttons go.
 * Where the new lines would make it longer than Discord takes, the last of the old ones go.
 */
export const settledForeignCard = (
  embed: Embed,
  outcome: Pick<RequestWithPeople, "status" | "decider" | "settlement"> & { readonly headline: string }
): Message => {
  const added = [...statusFields(outcome.status), ...settlementFields(outcome)]
  const kept = (embed.fields ?? []).filter(({ name }) => !replaced.has(name))
  const drawn = (count: number): Embed => ({
    ...embed,
    author: { name: outcome.headline },
    color: statusColor(outcome.status),
    fields: [...kept.slice(0, count), ...added]
  })
  let count = Math.min(kept.length, mostFields - added.length)
  while (count > 0 && embedLength(drawn(count)) > longestEmbed) count--
  return message({ embed: drawn(count) })
}

const replaced = new Set(["Status", "Decided by", "Settled"])
const mostFields = 25
const longestEmbed = 6000

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

const author = (headline: string | undefined) =>
  headline === undefined ? {} : { author: { name: headline } }

const decisionButtons = ({ key }: RequestWithPeople): ReadonlyArray<Button> => [
  { type: 2, style: 3, label: "Approve", custom_id: decisionId("approved", key) },
  { type: 2, style: 4, label: "Reject", custom_id: decisionId("rejected", key) }
]

const expiryFields = ({ facts, status }: RequestWithPeople) =>
  status === "pending"
    ? Option.match(Option.filter(facts.expiresAt, isExpiry), {
        onNone: () => [],
        onSome: at => [field("Expires", relativeTime(DateTime.toEpochMillis(at)), true)]
      })
    : []
