import { Match } from "effect"
import type { Notice, RequestPicture } from "../domain/Notice.ts"
import type { FinalStatus } from "../domain/RequestStatus.ts"
import { approvalCard } from "./approvalCard.ts"
import { viewId } from "../domain/customId.ts"
import { colors, message } from "./Message.ts"
import type { Message } from "./Message.ts"
import {
  amountText,
  field,
  personText,
  reasonFields,
  requestMark,
  settlementFields,
  statusColor,
  statusFields,
  tokenText,
  vaultText
} from "./requestFields.ts"
import { cut, mention } from "./text.ts"

/** Every notice drawn. */
export const noticeMessage = Match.type<Notice>().pipe(
  Match.tagsExhaustive({
    ApprovalCard: ({ picture }) => approvalCard(picture),
    StatusChanged: ({ picture, status }) => statusChanged(picture, status),
    KudosReceived: ({ picture }) => kudosReceived(picture),
    KudosAnswer: ({ picture }) => kudosAnswer(picture),
    Pointer: ({ audience, request, userId }) =>
      message({
        content: `${mention(userId)} There is a Mochi kudos message for you. Your direct messages are closed, so press View: only you will see it.`,
        buttons: [{ type: 2, style: 1, label: "View", custom_id: viewId(audience, request) }],
        pings: [userId]
      })
  })
)

/** The requester's own answer to `/kudos`; drawn again when the status changes. */
export const kudosAnswer = ({
  facts,
  recipient,
  status
}: Pick<RequestPicture, "facts" | "recipient" | "status">): Message =>
  message({
    embed: {
      title: "Kudos Request Created",
      color: statusColor(status),
      fields: [
        field("Amount", amountText(facts)),
        field("Token", tokenText(facts), true),
        field("Kudos to", personText(recipient), true),
        field("From vault", vaultText(facts)),
        ...reasonFields(facts),
        ...statusFields(status)
      ],
      ...(status === "pending"
        ? { description: "The application owner will be notified to approve or reject this kudos request." }
        : {})
    }
  })

const statusChanged = (picture: RequestPicture, status: FinalStatus): Message =>
  message({
    embed: {
      title: `Kudos Request ${statusTitles[status]}`,
      description: statusSentences[status],
      color: statusColor(status),
      fields: [
        field("Amount", amountText(picture.facts), true),
        field("Kudos to", personText(picture.recipient), true),
        field("From vault", vaultText(picture.facts)),
        ...reasonFields(picture.facts),
        field("Status", status, true),
        ...settlementFields(picture)
      ],
      footer: { text: cut(requestMark(picture.key.code), 200) }
    }
  })

const kudosReceived = (picture: RequestPicture): Message =>
  message({
    embed: {
      title: "Kudos Received",
      description: `You received ${amountText(picture.facts)} as kudos.`,
      color: colors.done,
      fields: [
        field("Amount", amountText(picture.facts), true),
        field("From", personText(picture.requester), true),
        field("From vault", vaultText(picture.facts)),
        ...reasonFields(picture.facts)
      ],
      footer: { text: cut(requestMark(picture.key.code), 200) }
    }
  })

const statusTitles: Readonly<Record<FinalStatus, string>> = {
  approved: "Approved",
  rejected: "Rejected",
  expired: "Expired",
  failed: "Failed",
  settled: "Settled"
}

const statusSentences: Readonly<Record<FinalStatus, string>> = {
  approved: "Your kudos request was approved. The recipient has been told.",
  rejected: "Your kudos request was rejected. Nothing was sent.",
  expired: "Your kudos request expired before the application owner decided. Nothing was sent.",
  failed: "Your kudos request failed at Mochi. The kudos did not arrive.",
  settled: "Your kudos request has been settled."
}
