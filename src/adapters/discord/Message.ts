/** A whole message as Discord takes it. An edit replaces all of it, and removes what the new message leaves out. */
export interface Message {
  readonly content: string
  readonly embeds: ReadonlyArray<Embed>
  readonly components: ReadonlyArray<ButtonRow>
  /** Discord pings only these users. */
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

interface ButtonRow {
  readonly type: 1
  readonly components: ReadonlyArray<Button>
}

export type Button =
  | { readonly type: 2; readonly style: 1 | 2 | 3 | 4; readonly label: string; readonly custom_id: string }
  | { readonly type: 2; readonly style: 5; readonly label: string; readonly url: string }
