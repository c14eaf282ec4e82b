import type { Bus } from "./Bus.ts"
import type { AllowedMentions, MessageEdit, UploadedFile } from "./MessageBody.ts"
import { pingsOf } from "./Mentions.ts"
import type { Attachment, Channel, Message, MessageFace } from "./Model.ts"
import { messageFlags } from "./Model.ts"
import type { World } from "./World.ts"

export interface Draft {
  readonly channel: Channel
  readonly authorId: string
  readonly content?: string | null
  readonly embeds?: MessageFace["embeds"] | null
  readonly components?: MessageFace["components"] | null
  readonly flags?: number | null
  readonly allowed_mentions?: AllowedMentions | null
  readonly attachments?: MessageEdit["attachments"]
  readonly files?: ReadonlyArray<UploadedFile>
  readonly nonce?: string | number | null
  readonly ephemeralFor?: string | null
  readonly interaction?: Message["interaction"]
  readonly replyTo?: string | null
}

export interface Messages {
  readonly all: ReadonlyMap<string, Message>
  readonly get: (id: string) => Message | undefined
  /** The messages that nobody has deleted, oldest first. */
  readonly inChannel: (channelId: string) => ReadonlyArray<Message>
  /** The messages that this person sees there, without ephemeral ones for others. */
  readonly visibleTo: (userId: string, channelId: string) => ReadonlyArray<Message>
  /** Restarts the person's client: it loses the ephemeral messages, while their tokens may still work. */
  readonly forgetEphemeral: (userId: string) => void
  readonly create: (draft: Draft) => Message
  /** Keeps the fields that the edit leaves out; an edit does not notify again. */
  readonly edit: (
    message: Message,
    edit: MessageEdit,
    files: ReadonlyArray<UploadedFile>,
    origin: "message" | "interaction"
  ) => Message
  readonly remove: (message: Message) => void
}

/** The flags that a sender may set on a new message. */
const settable =
  messageFlags.suppressEmbeds |
  messageFlags.suppressNotifications |
  messageFlags.componentsV2 |
  messageFlags.ephemeral |
  messageFlags.loading

export const makeMessages = (world: World, bus: Bus, newId: () => string, now: () => number): Messages => {
  const all = new Map<string, Message>()
  const forgotten = new Set<string>()
  const byChannel = new Map<string, Array<string>>()

  const inChannel = (channelId: string) =>
    (byChannel.get(channelId) ?? []).flatMap(id => {
      const message = all.get(id)
      return message && !message.deleted ? [message] : []
    })

  const attach = (
    files: ReadonlyArray<UploadedFile>,
    described: MessageEdit["attachments"]
  ): ReadonlyArray<Attachment> =>
    files.map(file => {
      const about = described?.find(item => String(item.id) === String(file.index))
      return {
        id: newId(),
        filename: about?.filename ?? file.filename,
        contentType: file.contentType,
        description: about?.description ?? null,
        bytes: file.bytes
      }
    })

  return {
    all,
    get: id => {
      const message = all.get(id)
      return message?.deleted ? undefined : message
    },
    inChannel,
    visibleTo: (userId, channelId) =>
      inChannel(channelId).filter(
        message =>
          message.ephemeralFor === null || (message.ephemeralFor === userId && !forgotten.has(message.id))
      ),
    forgetEphemeral: userId => {
      for (const message of all.values()) if (message.ephemeralFor === userId) forgotten.add(message.id)
    },
    create: draft => {
      const content = draft.content ?? ""
      const components = draft.components ?? []
      const origin = draft.interaction ? "interaction" : "message"
      const at = now()
      const face: MessageFace = {
        content,
        embeds: draft.embeds ?? [],
        components,
        attachments: attach(draft.files ?? [], draft.attachments),
        flags: (draft.flags ?? 0) & settable,
        pings: pingsOf(content, components, draft.allowed_mentions, origin)
      }
      const message: Message = {
        ...face,
        id: newId(),
        channelId: draft.channel.id,
        guildId: draft.channel.guildId,
        authorId: draft.authorId,
        ephemeralFor: draft.ephemeralFor ?? null,
        nonce: draft.nonce ?? null,
        createdAt: at,
        editedAt: null,
        versions: [{ ...face, at }],
        deleted: false,
        interaction: draft.interaction ?? null,
        replyTo: draft.replyTo ?? null
      }
      all.set(message.id, message)
      const siblings = byChannel.get(message.channelId)
      if (siblings) siblings.push(message.id)
      else byChannel.set(message.channelId, [message.id])
      const channel = world.channels.get(message.channelId)
      if (channel && message.ephemeralFor === null) channel.lastMessageId = message.id
      bus.emit({ _tag: "MessageCreated", message })
      return message
    },
    edit: (message, edit, files, origin) => {
      const content = edit.content === undefined ? message.content : (edit.content ?? "")
      const components = edit.components === undefined ? message.components : (edit.components ?? [])
      const kept = edit.attachments
        ? message.attachments.filter(old => edit.attachments?.some(item => String(item.id) === old.id))
        : message.attachments
      const loading = (message.flags & messageFlags.loading) !== 0
      const v2 = (edit.flags ?? 0) & messageFlags.componentsV2
      const at = now()
      const face: MessageFace = {
        content,
        embeds: edit.embeds === undefined ? message.embeds : (edit.embeds ?? []),
        components,
        attachments: [...kept, ...attach(files, edit.attachments)],
        flags: (message.flags & ~messageFlags.loading) | v2,
        // The first content of a deferred answer notifies; a true edit keeps the first notifications.
        pings: loading ? pingsOf(content, components, edit.allowed_mentions, origin) : message.pings
      }
      const edited: Message = {
        ...message,
        ...face,
        editedAt: at,
        versions: [...message.versions, { ...face, at }]
      }
      all.set(edited.id, edited)
      bus.emit({ _tag: "MessageUpdated", message: edited })
      return edited
    },
    remove: message => {
      const removed: Message = { ...message, deleted: true }
      all.set(removed.id, removed)
      bus.emit({ _tag: "MessageDeleted", message: removed })
    }
  }
}
