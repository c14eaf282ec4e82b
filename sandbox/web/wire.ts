/** What the server sends to a page and what a page asks for. Only types: the page's scripts import them too. */

/** A person's whole view; the server sends a part again when it changes. */
export interface Sections {
  readonly people: ReadonlyArray<PersonView>
  readonly channels: ReadonlyArray<ChannelView>
  readonly commands: ReadonlyArray<CommandView>
  /** By channel. */
  readonly timelines: Readonly<Record<string, ReadonlyArray<TimelineItem>>>
  /** By person and channel: the ids of the bot's messages to that person, oldest first. */
  readonly inbox: Readonly<Record<string, Readonly<Record<string, ReadonlyArray<string>>>>>
  readonly guide: GuideView
  readonly mochi: MochiView
  readonly webhooks: ReadonlyArray<WebhookView>
  readonly outbox: OutboxView
  readonly service: ServiceView
  readonly trouble: ReadonlyArray<SwitchView>
  readonly activity: ReadonlyArray<ActivityView>
  readonly settings: SettingsView
}

export interface PersonView {
  readonly id: string
  readonly name: string
  readonly username: string
  /** One line on what to try as this person; none for bots. */
  readonly role: string | null
  readonly bot: boolean
}

export interface ChannelView {
  readonly id: string
  readonly kind: "guild" | "dm"
  readonly name: string
  /** The server's name. */
  readonly place: string
}

export interface CommandView {
  readonly name: string
  readonly description: string
  /** Set for a subcommand: `sub` or `group sub`. */
  readonly subcommand: string | null
  readonly inDms: boolean
  readonly inGuilds: boolean
  readonly options: ReadonlyArray<OptionView>
}

export interface OptionView {
  readonly name: string
  readonly description: string
  readonly kind: "text" | "whole" | "number" | "boolean" | "user" | "other"
  readonly required: boolean
  readonly autocomplete: boolean
  readonly choices: ReadonlyArray<ChoiceView>
  readonly maxLength: number | null
}

export interface ChoiceView {
  readonly name: string
  readonly value: string | number
}

export type TimelineItem = MessageView | UnansweredView

/** A command in flight to the bot, or one that it never answered. */
export interface UnansweredView {
  readonly _tag: "Unanswered"
  readonly id: string
  readonly at: number
  readonly command: string
  /** Null while it is in flight. */
  readonly failure: string | null
}

export interface MessageView {
  readonly _tag: "Message"
  readonly id: string
  readonly author: string
  /** Milliseconds, like all times. */
  readonly at: number
  readonly edited: number | null
  readonly ephemeral: boolean
  readonly loading: boolean
  readonly content: string
  readonly embeds: ReadonlyArray<EmbedView>
  readonly rows: ReadonlyArray<ReadonlyArray<ButtonView>>
  readonly attachments: ReadonlyArray<AttachmentView>
  readonly pingsMe: boolean
  /** `/kudos` and the person who ran it. */
  readonly command: { readonly name: string; readonly user: string } | null
  /** Why the last press of a button failed. */
  readonly failure: string | null
  readonly trace: string | null
}

export interface EmbedView {
  readonly color: string | null
  readonly author: string | null
  readonly title: string | null
  readonly description: string | null
  readonly fields: ReadonlyArray<{ readonly name: string; readonly value: string; readonly inline: boolean }>
  readonly footer: string | null
}

export interface ButtonView {
  readonly label: string
  readonly style: "primary" | "secondary" | "success" | "danger" | "link"
  readonly customId: string | null
  readonly url: string | null
  readonly disabled: boolean
  /** The person has pressed it, and the bot has not acknowledged that yet. */
  readonly busy: boolean
}

export interface AttachmentView {
  readonly filename: string
  readonly size: number
  readonly url: string
}

/** The steps of the main job that people have done. */
export interface GuideView {
  readonly sent: boolean
  readonly decided: boolean
  readonly thanked: boolean
}

export interface MochiView {
  readonly vaults: ReadonlyArray<{
    readonly id: string
    readonly name: string
    readonly application: string
    readonly holdings: ReadonlyArray<HoldingView>
  }>
  readonly wallets: ReadonlyArray<{ readonly name: string; readonly holdings: ReadonlyArray<HoldingView> }>
  readonly requests: ReadonlyArray<RequestView>
}

export interface HoldingView {
  readonly symbol: string
  readonly amount: string
}

export interface RequestView {
  readonly code: string
  readonly status: string
  readonly amount: string
  readonly from: string
  readonly requester: string
  readonly recipient: string
  readonly reason: string | null
  readonly at: number
}

export interface WebhookView {
  readonly id: string
  readonly at: number
  readonly code: string | null
  /** The status that it announces. */
  readonly about: string
  readonly attempt: number
  /** Null if no answer came. */
  readonly status: number | null
  readonly answer: string
  readonly trace: string | null
}

export interface OutboxView {
  /** False while the database cannot be read. */
  readonly readable: boolean
  readonly notifications: ReadonlyArray<{
    readonly id: string
    readonly kind: string
    readonly state: "pending" | "delivered" | "dead"
    readonly code: string
    readonly audience: string
    readonly about: string
    readonly reason: string | null
    readonly attempts: number
    readonly at: number
  }>
}

export interface ServiceView {
  readonly phase: "starting" | "ready" | "stopped"
  readonly pid: number | null
  /** The status from `/readyz`, or why there is none. */
  readonly state: "starting" | "ready" | "degraded" | "unavailable" | "not answering" | "stopped"
  readonly checks: Readonly<Record<string, string>>
  readonly ended: string | null
}

export interface SwitchView {
  readonly id: string
  readonly group: "Mochi" | "Discord" | "People" | "Webhooks"
  readonly title: string
  /** What to try while it is on, and what to see. */
  readonly hint: string
  readonly on: boolean
}

export interface ActivityView {
  readonly id: number
  readonly at: number
  readonly source: "Discord" | "Mochi" | "Service" | "Sandbox"
  readonly text: string
  readonly tone: "plain" | "good" | "warn" | "bad" | "quiet"
  readonly trace: string | null
}

export interface SettingsView {
  /** With `{trace_id}` in it; null = no trace store to look at. */
  readonly traceUrl: string | null
}
