import type { ChannelView, PersonView, Sections } from "../wire.ts"

/** The whole state of the page. */
export interface State {
  /** The name in the address; the person may not exist. */
  readonly username: string
  /** Empty: the first channel. */
  readonly channelName: string
  readonly view: Partial<Sections>
  readonly online: boolean
  /** The newest message of the bot that the person looked at, by person and channel. */
  readonly seen: Readonly<Record<string, string>>
  readonly dismissed: ReadonlySet<string>
  readonly panelTab: string
  readonly drawer: "panel" | null
}

export interface Store {
  readonly get: () => State
  readonly set: (change: Partial<State>) => void
  readonly subscribe: (listener: (state: State, before: State) => void) => void
}

export const makeStore = (initial: State): Store => {
  let state = initial
  const listeners: Array<(state: State, before: State) => void> = []
  return {
    get: () => state,
    set: change => {
      const before = state
      state = { ...state, ...change }
      for (const listener of listeners) listener(state, before)
    },
    subscribe: listener => listeners.push(listener)
  }
}

export const meOf = ({ username, view }: State): PersonView | undefined =>
  view.people?.find(person => person.username === username)

/** The open channel; `dm` in the address is the DM with the bot. */
export const channelOf = ({ channelName, view }: State): ChannelView | undefined =>
  view.channels?.find(channel => slugOf(channel) === channelName) ?? view.channels?.[0]

export const slugOf = ({ kind, name }: ChannelView): string => (kind === "dm" ? "dm" : name)

/** How many messages of the bot a person has not looked at yet, in one channel or in all. */
export const unreadOf = ({ seen, view }: State, personId: string, channelId?: string): number =>
  Object.entries(view.inbox?.[personId] ?? {})
    .filter(([id]) => channelId === undefined || id === channelId)
    .reduce((sum, [id, messages]) => {
      const last = seen[`${personId}/${id}`]
      return sum + messages.length - (last === undefined ? 0 : messages.indexOf(last) + 1)
    }, 0)

/** The channel with the person's newest unread message. */
export const unreadChannelOf = (state: State, personId: string): string | undefined =>
  Object.keys(state.view.inbox?.[personId] ?? {}).find(id => unreadOf(state, personId, id) > 0)

/** Whether the visitor, as this person, has looked at a message of the bot. */
export const hasLooked = ({ seen, view }: State, username: string): boolean => {
  const person = view.people?.find(candidate => candidate.username === username)
  if (person === undefined) return false
  return Object.keys(view.inbox?.[person.id] ?? {}).some(id => seen[`${person.id}/${id}`] !== undefined)
}
