import type { Component } from "./Components.ts"
import type { Embed } from "./Embeds.ts"

/** A JSON object on its way out. */
export type Payload = Readonly<Record<string, unknown>>

export interface User {
  readonly id: string
  readonly username: string
  readonly globalName: string | null
  readonly bot: boolean
  readonly locale: string
  /** Whether people who share a server with this user may write to them. */
  dmsOpen: boolean
}

export interface Guild {
  readonly id: string
  readonly name: string
  readonly ownerId: string
  readonly locale: string
  readonly memberIds: Set<string>
  readonly joinedAt: number
}

/** What the bot may do in a channel: all, only read, or not even see it. */
export type BotAccess = "full" | "readOnly" | "hidden"

export interface Channel {
  readonly id: string
  readonly kind: "guild" | "dm"
  readonly name: string
  readonly guildId: string | null
  /** The person at the other end of a DM. */
  readonly recipientId: string | null
  botAccess: BotAccess
  lastMessageId: string | null
}

export interface Attachment {
  readonly id: string
  readonly filename: string
  readonly contentType: string
  readonly description: string | null
  readonly bytes: Uint8Array
}

/** Who got a notification, which is less than what the text names when `allowed_mentions` says so. */
export interface Pings {
  readonly users: ReadonlyArray<string>
  readonly roles: ReadonlyArray<string>
  readonly everyone: boolean
}

/** What a reader sees of a message at one moment. */
export interface MessageFace {
  readonly content: string
  readonly embeds: ReadonlyArray<Embed>
  readonly components: ReadonlyArray<Component>
  readonly attachments: ReadonlyArray<Attachment>
  readonly flags: number
  readonly pings: Pings
}

export interface MessageVersion extends MessageFace {
  /** Milliseconds. */
  readonly at: number
}

export interface Message extends MessageFace {
  readonly id: string
  readonly channelId: string
  readonly guildId: string | null
  readonly authorId: string
  /** The only person who sees it, when it is ephemeral. */
  readonly ephemeralFor: string | null
  readonly nonce: string | number | null
  readonly createdAt: number
  readonly editedAt: number | null
  /** Every face so far, oldest first; the last one is what is shown. */
  readonly versions: ReadonlyArray<MessageVersion>
  readonly deleted: boolean
  /** Set on answers to an interaction. */
  readonly interaction: {
    readonly id: string
    readonly type: 2 | 3
    readonly userId: string
    /** The message whose component was used. */
    readonly sourceMessageId: string | null
  } | null
  readonly replyTo: string | null
}

export const messageFlags = {
  suppressEmbeds: 1 << 2,
  ephemeral: 1 << 6,
  loading: 1 << 7,
  suppressNotifications: 1 << 12,
  componentsV2: 1 << 15
} as const

export const noPings: Pings = { users: [], roles: [], everyone: false }
