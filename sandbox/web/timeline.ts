import type { Button } from "../discord/Components.ts"
import { flatten } from "../discord/Components.ts"
import type { Embed } from "../discord/Embeds.ts"
import type { FakeDiscordService } from "../discord/FakeDiscord.ts"
import type { Interaction } from "../discord/Interactions.ts"
import type { Channel, Message, User } from "../discord/Model.ts"
import { messageFlags } from "../discord/Model.ts"
import type { Traces } from "./traces.ts"
import type { ButtonView, EmbedView, MessageView, TimelineItem } from "./wire.ts"

/** A page shows this many of the newest items. */
const longest = 100

/** The items that a person sees in a channel, oldest first: messages, and commands that the bot has not answered. */
export const timeline = (
  discord: FakeDiscordService,
  user: User,
  channel: Channel,
  traces: Traces
): ReadonlyArray<TimelineItem> => {
  const mine = [...discord.interactions.all.values()].filter(
    ({ channelId, userId }) => userId === user.id && channelId === channel.id
  )
  const unanswered = mine
    .filter(({ ack, type }) => type === 2 && ack === null)
    .map(
      ({ createdAt, failure, id, name }): TimelineItem => ({
        _tag: "Unanswered",
        id,
        at: createdAt,
        command: name,
        failure
      })
    )
  const messages = discord.messages
    .visibleTo(user.id, channel.id)
    .slice(-longest)
    .map(message => messageView(discord, user, message, mine, traces))
  return [...messages, ...unanswered].sort((a, b) => a.at - b.at).slice(-longest)
}

const messageView = (
  discord: FakeDiscordService,
  user: User,
  message: Message,
  mine: ReadonlyArray<Interaction>,
  traces: Traces
): MessageView => {
  const presses = mine.filter(({ sourceMessageId, type }) => type === 3 && sourceMessageId === message.id)
  const origin = message.interaction
  const command = origin?.type === 2 ? discord.interactions.all.get(origin.id) : undefined
  const busy = new Set(
    presses.filter(({ ack, failure }) => ack === null && failure === null).map(({ name }) => name)
  )
  return {
    _tag: "Message",
    id: message.id,
    author: message.authorId,
    at: message.createdAt,
    edited: origin === null ? message.editedAt : null,
    ephemeral: message.ephemeralFor !== null,
    loading: (message.flags & messageFlags.loading) !== 0,
    content: message.content,
    embeds: message.embeds.map(embedView),
    rows: message.components.flatMap(row =>
      row.type === 1
        ? [flatten([row]).flatMap(part => (part.type === 2 ? [buttonView(part, busy)] : []))]
        : []
    ),
    attachments: message.attachments.map(({ bytes, filename, id }) => ({
      filename,
      size: bytes.length,
      url: `/attachments/${message.id}/${id}?person=${user.id}`
    })),
    pingsMe: message.pings.users.includes(user.id) || message.pings.everyone,
    command: command && origin ? { name: command.name, user: origin.userId } : null,
    failure: presses.at(-1)?.failure ?? null,
    trace: traceOfMessage(message, presses, traces)
  }
}

/** The trace that an answer names as its reference, or that of the press, command or request behind it. */
const traceOfMessage = (
  message: Message,
  presses: ReadonlyArray<Interaction>,
  { byInteraction, byRequest }: Traces
): string | null => {
  const footer = message.embeds.map(embed => embed.footer?.text ?? "").join(" ")
  const reference = /\b[0-9a-f]{32}\b/.exec(footer)?.[0]
  const press = presses.findLast(({ id }) => byInteraction.has(id))
  const code = /^Request (\S+)$/.exec(footer)?.[1]
  return (
    reference ??
    byInteraction.get(press?.id ?? "") ??
    byInteraction.get(message.interaction?.id ?? "") ??
    byRequest.get(code ?? "") ??
    null
  )
}

const embedView = (embed: Embed): EmbedView => ({
  color: embed.color == null ? null : `#${embed.color.toString(16).padStart(6, "0")}`,
  author: embed.author?.name ?? null,
  title: embed.title ?? null,
  description: embed.description ?? null,
  fields: (embed.fields ?? []).map(({ inline, name, value }) => ({ name, value, inline: inline === true })),
  footer: embed.footer?.text ?? null
})

const buttonView = (button: Button, busy: ReadonlySet<string>): ButtonView => ({
  label: button.label ?? button.emoji?.name ?? "",
  style: styles[button.style] ?? "secondary",
  customId: button.custom_id ?? null,
  url: button.url ?? null,
  disabled: button.disabled === true,
  busy: busy.has(button.custom_id ?? "")
})

const styles: Readonly<Record<number, ButtonView["style"]>> = {
  1: "primary",
  2: "secondary",
  3: "success",
  4: "danger",
  5: "link"
}
