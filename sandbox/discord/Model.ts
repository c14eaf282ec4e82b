import type { Component } from "./Components.ts"
import type { Embed } from "./Embeds.ts"

/** A JSON object that the fake sends. */
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

/** The bot may do everything in a channel, only read it, or not even see it. */
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

/** The people and roles that got a notification: fewer than in the text if `allowed_mentions` forbids some. */
export interface Pings {
  readonly users: ReadonlyArray<string>
  readonly roles: ReadonlyArray<string>
  readonly everyone: boolean
}

/** The message as a reader sees it at one moment. */
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
  /** The only person who sees it, if it is ephemeral. */
  readonly ephemeralFor: string | null
  readonly nonce: string | number | null
  readonly createdAt: number
  readonly editedAt: number | null
  /** Every version so far, oldest first; readers see the last one. */
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
