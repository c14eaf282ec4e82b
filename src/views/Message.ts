/** A whole message: an edit replaces all of it, so whatever a view leaves out is gone from the screen. */
export interface Message {
  readonly content: string
  readonly embeds: ReadonlyArray<Embed>
  readonly components: ReadonlyArray<ButtonRow>
  /** Nobody is pinged but these. */
  readonly allowed_mentions: { readonly parse: readonly []; readonly users: ReadonlyArray<string> }
}

export interface Embed {
  readonly title?: string
  /** Where the title leads. */
  readonly url?: string
  readonly description?: string
  readonly color?: number
  readonly author?: { readonly name: string }
  readonly footer?: { readonly text: string }
  readonly fields?: ReadonlyArray<Field>
}

export interface Field {
  readonly name: string
  readonly value: string
  readonly inline?: boolean
}

export interface ButtonRow {
  readonly type: 1
  readonly components: ReadonlyArray<Button>
}

export type Button =
  | { readonly type: 2; readonly style: 1 | 2 | 3 | 4; readonly label: string; readonly custom_id: string }
  | { readonly type: 2; readonly style: 5; readonly label: string; readonly url: string }

export const colors = {
  mochi: 0xf6a5c0,
  done: 0x2ecc71,
  refused: 0xe74c3c,
  quiet: 0x95a5a6,
  warning: 0xf39c12
}

export const message = (parts: {
  readonly embed?: Embed
  readonly content?: string
  readonly buttons?: ReadonlyArray<Button>
  readonly pings?: ReadonlyArray<string>
}): Message => ({
  content: parts.content ?? "",
  embeds: parts.embed === undefined ? [] : [parts.embed],
  components:
    parts.buttons === undefined || parts.buttons.length === 0 ? [] : [{ type: 1, components: parts.buttons }],
  allowed_mentions: { parse: [], users: parts.pings ?? [] }
})
