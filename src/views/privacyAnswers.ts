import { privacyId } from "../domain/customId.ts"
import type { DiscordUserId } from "../domain/Ids.ts"
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

export const askBeforeErasing = (asker: DiscordUserId): Message =>
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
      "What must stay for the books no longer carries your name. If you use the bot again, it stores anew what it needs for that.",
    color: colors.done
  }
})

export const kept: Message = message({
  embed: { description: "Nothing was erased by this.", color: colors.quiet }
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
