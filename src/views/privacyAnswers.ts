import { privacyId } from "../domain/customId.ts"
import type { UserId } from "../domain/Ids.ts"
import { colors, message } from "./Message.ts"
import type { Message } from "./Message.ts"

export const exported: Message = message({
  embed: {
    title: "Your data",
    description: "The file has everything that this bot stores about you.",
    color: colors.mochi
  }
})

/** Discord takes no larger file. */
export const exportTooLarge: Message = message({
  embed: {
    description: "There is too much stored about you for one file. Please ask the people who run this bot.",
    color: colors.warning
  }
})

export const askBeforeErasing = (asker: UserId): Message =>
  message({
    embed: {
      title: "Erase your data?",
      description: [
        "This erases what the bot stores about you: your settings, where to reach you, and your part in past requests.",
        "Messages already in Discord stay, and so does what Mochi itself stores. It cannot be undone."
      ].join("\n"),
      color: colors.warning
    },
    buttons: [
      { type: 2, style: 4, label: "Erase my data", custom_id: privacyId("delete", asker) },
      { type: 2, style: 2, label: "Keep it", custom_id: privacyId("keep", asker) }
    ]
  })

export const erased: Message = message({
  embed: {
    title: "Your data was erased",
    description:
      "Records that must be kept no longer identify you. If you use the bot again, it stores anew what it needs for that.",
    color: colors.done
  }
})

/** The rest is written down, and done without them. */
export const erasedInPart: Message = message({
  embed: {
    title: "The erasure is not complete yet",
    description: [
      "What is stored beside your Discord account is erased first. What is left is under your Mochi profile, and Mochi or our own store did not answer in time.",
      "You need not do anything: the rest is erased by itself as soon as they answer."
    ].join("\n"),
    color: colors.warning
  }
})

export const kept: Message = message({
  embed: { description: "Your data was kept.", color: colors.quiet }
})

/** `Keep it` came second. */
export const tooLateToKeep: Message = message({
  embed: {
    description: "This came too late: your data is being erased, or was erased, since you asked.",
    color: colors.warning
  }
})

export const notificationsChosen = (wanted: boolean): Message =>
  message({
    embed: {
      description: wanted
        ? "Notifications are on: you get a message when you receive kudos, and when the status of your request changes."
        : "Notifications are off: no messages about kudos you receive or about your requests. Requests that you can approve still come.",
      color: colors.done
    }
  })
