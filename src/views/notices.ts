import { Match } from "effect"
import type { Notice, RequestWithPeople } from "../domain/Notice.ts"
import { isFinal } from "../domain/RequestStatus.ts"
import type { FinalStatus, RequestStatus } from "../domain/RequestStatus.ts"
import { approvalCard } from "./approvalCard.ts"
import { viewId } from "../domain/customId.ts"
import { message } from "./Message.ts"
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
import { mention } from "./text.ts"

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
}: Pick<RequestWithPeople, "facts" | "recipient" | "status">): Message =>
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

/** What a requester is told of one status. Should another follow, it stays their news of then, and says what became of it. */
const statusChanged = (picture: RequestWithPeople, told: FinalStatus): Message =>
  message({
    embed: {
      title: `Kudos Request ${statusTitles[told]}`,
      description:
        picture.status === told || !isFinal(picture.status)
          ? statusSentences[told]
          : `${statusSentences[picture.status]} It had been reported ${told} before.`,
      color: statusColor(picture.status),
      fields: [
        field("Amount", amountText(picture.facts), true),
        field("Kudos to", personText(picture.recipient), true),
        field("From vault", vaultText(picture.facts)),
        ...reasonFields(picture.facts),
        ...statusFields(picture.status),
        ...settlementFields(picture)
      ],
      ...requestMark(picture.key)
    }
  })

/** The thanks to the recipient; what was announced and came to nothing says so. */
const kudosReceived = (picture: RequestWithPeople): Message => {
  const { facts, status } = picture
  return message({
    embed: {
      title: kudosTitles[status],
      description:
        status === "approved"
          ? `You received ${amountText(facts)} as kudos.`
          : `These kudos of ${amountText(facts)} did not arrive: ${comedowns[status]}. There is nothing that you have to do.`,
      color: statusColor(status),
      fields: [
        field("Amount", amountText(facts), true),
        field("From", personText(picture.requester), true),
        field("From vault", vaultText(facts)),
        ...reasonFields(facts),
        ...(status === "approved" ? [] : statusFields(status))
      ],
      ...requestMark(picture.key)
    }
  })
}

/** Why kudos that were announced came to nothing. */
const comedowns: Readonly<Record<Exclude<RequestStatus, "approved">, string>> = {
  pending: "they are not approved yet",
  rejected: "they were rejected after all",
  expired: "they expired after all",
  failed: "they were approved, but the transfer failed at Mochi",
  settled: "they ended otherwise"
}

const kudosTitles: Readonly<Record<RequestStatus, string>> = {
  approved: "Kudos Received",
  pending: "Kudos Pending",
  rejected: "Kudos Rejected",
  expired: "Kudos Expired",
  failed: "Kudos Failed",
  settled: "Kudos Settled"
}

/** The titles that any drawing of a notice can have, whatever became of its request. */
export const titlesOf = (notice: Notice): ReadonlyArray<string> =>
  notice._tag === "KudosReceived"
    ? Object.values(kudosTitles)
    : noticeMessage(notice).embeds.flatMap(({ title }) => (title === undefined ? [] : [title]))

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
