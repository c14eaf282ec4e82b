import type { FinalStatus, RequestStatus } from "../domain/RequestStatus.ts"
import { plain, sample, say } from "../domain/Text.ts"
import type { Text } from "../domain/Text.ts"
import type { Words } from "./Words.ts"

const statusSentences: Readonly<Record<FinalStatus, string>> = {
  approved: "Your kudos request was approved. The recipient has been told.",
  rejected: "Your kudos request was rejected. Nothing was sent.",
  expired: "Your kudos request expired before the application owner decided. Nothing was sent.",
  failed: "Your kudos request failed at Mochi. The kudos did not arrive.",
  settled: "Your kudos request has been settled."
}

/** Why kudos that were announced came to nothing. */
const whyNotArrived: Readonly<Record<Exclude<RequestStatus, "approved">, string>> = {
  pending: "they are not approved yet",
  rejected: "they were rejected after all",
  expired: "they expired after all",
  failed: "they were approved, but the transfer failed at Mochi",
  settled: "they ended otherwise"
}

const amountForms: Text = say`Please enter a valid positive number as the amount, such as ${sample("10")}, ${sample("1.5k")}, ${sample("$20")}, ${sample("25%")}, ${sample("half")} or ${sample("all")}.`

const decimalPoint: Text = say` A decimal is written with a point, such as ${sample("0.5")}; commas stand only between groups of three digits, such as ${sample("1,500")}.`

export const en: Words = {
  request: {
    amount: "Amount",
    token: "Token",
    recipient: "Recipient",
    kudosTo: "Kudos to",
    from: "From",
    vault: "Vault",
    fromVault: "From vault",
    chain: "Chain",
    reason: "Reason",
    requestedBy: "Requested by",
    requestId: "Request ID",
    expires: "Expires",
    status: "Status",
    decidedBy: "Decided by",
    settled: "Settled",
    statuses: {
      pending: "pending",
      approved: "approved",
      rejected: "rejected",
      expired: "expired",
      failed: "failed",
      settled: "settled"
    },
    somebody: "somebody",
    mark: code => `Request ${code}`
  },

  notice: {
    cardTitle: "Vault Transfer Request",
    approve: "Approve",
    reject: "Reject",
    headlines: {
      approved: "Transfer request approved",
      rejected: "Transfer request rejected",
      settled: "Transfer Request Settled"
    },
    createdTitle: "Kudos Request Created",
    ownerWillBeNotified: () =>
      say`The application owner will be notified to approve or reject this kudos request.`,
    statusTitles: {
      approved: "Kudos Request Approved",
      rejected: "Kudos Request Rejected",
      expired: "Kudos Request Expired",
      failed: "Kudos Request Failed",
      settled: "Kudos Request Settled"
    },
    statusChanged: status => [statusSentences[status]],
    statusChangedAgain: (status, before) => [
      `${statusSentences[status]} It had been reported ${before} before.`
    ],
    kudosTitles: {
      approved: "Kudos Received",
      pending: "Kudos Pending",
      rejected: "Kudos Rejected",
      expired: "Kudos Expired",
      failed: "Kudos Failed",
      settled: "Kudos Settled"
    },
    kudosReceived: amount => say`You received ${amount} as kudos.`,
    kudosDidNotArrive: (amount, status) =>
      say`These kudos of ${amount} did not arrive: ${plain(whyNotArrived[status])}. There is nothing that you have to do.`,
    messageWaits: reader =>
      say`${reader} There is a Mochi kudos message for you. Your direct messages are closed, so press View: only you will see it.`,
    view: "View"
  },

  failure: {
    selfKudos: () => say`You cannot send kudos to yourself.`,
    botRecipient: () => say`You cannot send kudos to a bot.`,
    invalidAmount: hasComma => (hasComma ? [...amountForms, ...decimalPoint] : amountForms),
    noUsdPrice: symbol =>
      say`${symbol} has no USD price at the moment. Please enter the amount in ${symbol}.`,
    tooManyDecimals: (symbol, decimals) =>
      say`An amount of ${symbol} can have at most ${plain(String(decimals))} decimal places.`,
    overBalance: (available, symbol) => say`You can send at most ${plain(available)} ${symbol} as kudos.`,
    profileMissing: () =>
      say`Could not find your profile. Please create a Mochi profile and link your Discord account first.`,
    createProfile: "Create a profile",
    recipientProfileMissing: recipient =>
      say`${recipient} does not have a Mochi profile, so kudos cannot reach them yet.`,
    notListed: (option, typed) =>
      option === "token"
        ? say`The token “${typed}” was not found in the vault. Please pick one from the list.`
        : say`The ${plain(option)} “${typed}” was not found among your ${plain(option)}s. Please pick one from the list.`,
    ambiguous: (option, typed) =>
      say`There is more than one ${plain(option)} called “${typed}”. Please pick one from the list.`,
    outcomeUnknown: () =>
      say`Mochi did not confirm this request: it may have been created. Please check your vault's requests before you send it again.`,
    neverSent: () =>
      say`Something went wrong on our side before your request was sent: nothing was created. Please try again.`,
    alreadyBeingDecided: () => say`This transfer request is already being processed.`,
    notProcessed: () =>
      say`The transfer request could not be processed. It is still pending: you can try again later.`,
    ownerOnly: () => say`Only the application owner can approve or reject this request.`,
    requestNotAvailable: () => say`Transfer request is not available at the moment. Please try again later.`,
    alreadySettled: () => say`This transfer request has already been settled.`,
    notPermitted: () => say`You do not have permission to do this at Mochi.`,
    mochiSilent: () => say`Mochi is not responding at the moment. Please try again later.`,
    somethingWentWrong: () => say`Something went wrong on our side. Please try again later.`,
    brokeOff: () =>
      say`Something went wrong on our side. If this was about a request, please check it before you repeat it.`,
    askAgain: () => say`The bot was restarted before it could answer. Please try again in a minute.`,
    noLongerValid: () => say`This is no longer valid.`,
    notForYou: () => say`This message is not for you.`,
    tooOften: retryAt => say`You are doing that too often. You can try again ${retryAt}.`,
    tooBusy: () =>
      say`Other people's data is being read or erased at the moment. Nothing of yours was. Please try again in a minute.`,
    reference: traceId => `Reference ${traceId}`
  },

  privacy: {
    exportTitle: "Your data",
    exported: () => say`The file has everything that this bot stores about you.`,
    exportTooLarge: () =>
      say`There is too much stored about you for one file. Please ask the people who run this bot.`,
    eraseTitle: "Erase your data?",
    askBeforeErasing: () => [
      say`This erases what the bot stores about you: your settings, where to reach you, and your part in past requests.`,
      say`Messages already in Discord stay, and so does what Mochi itself stores. It cannot be undone.`
    ],
    erase: "Erase my data",
    keep: "Keep it",
    erasedTitle: "Your data was erased",
    erased: () =>
      say`Records that must be kept no longer identify you. If you use the bot again, it stores anew what it needs for that.`,
    erasedInPartTitle: "The erasure is not complete yet",
    erasedInPart: () => [
      say`What is stored beside your Discord account is erased first. What is left is under your Mochi profile, and Mochi or our own store did not answer in time.`,
      say`You need not do anything: the rest is erased by itself as soon as they answer.`
    ],
    kept: () => say`Your data was kept.`,
    tooLateToKeep: () => say`This came too late: your data is being erased, or was erased, since you asked.`,
    notificationsChosen: wanted =>
      wanted
        ? say`Notifications are on: you get a message when you receive kudos, and when the status of your request changes.`
        : say`Notifications are off: no messages about kudos you receive or about your requests. Requests that you can approve still come.`
  },

  commands: {
    kudos: {
      description: "Thank somebody with tokens from one of your vaults",
      options: {
        application: "The application whose vault gives",
        vault: "The vault that gives",
        token: "The token to give",
        amount: "Such as 10, 1.5k, $20, 25%, half or all",
        recipient: "Whom you thank",
        reason: "What for"
      }
    },
    privacy: {
      description: "What this bot keeps about you",
      options: {
        export: "Get everything that is stored about you",
        delete: "Erase what is stored about you",
        notifications: "Messages about kudos you received and requests you made",
        on: "Get these messages",
        off: "Do not get these messages"
      }
    }
  }
}
