import { channelOf, meOf } from "./store.ts"
import type { Store } from "./store.ts"

const key = "seen"

/** The newest messages that people looked at in this tab; a reload keeps them. */
export const loadSeen = (): Readonly<Record<string, string>> => {
  try {
    return Object.fromEntries(
      Object.entries(JSON.parse(sessionStorage.getItem(key) ?? "{}")).map(([place, id]) => [
        place,
        String(id)
      ])
    )
  } catch {
    return {}
  }
}

/** Marks the messages of the open channel as read while the tab is visible. */
export const markOpenChannelAsRead = (store: Store): void => {
  const read = () => {
    const state = store.get()
    const me = meOf(state)
    const channel = channelOf(state)
    if (me === undefined || channel === undefined || document.hidden) return
    const newest = state.view.inbox?.[me.id]?.[channel.id]?.at(-1)
    const place = `${me.id}/${channel.id}`
    if (newest === undefined || state.seen[place] === newest) return
    const seen = { ...state.seen, [place]: newest }
    sessionStorage.setItem(key, JSON.stringify(seen))
    store.set({ seen })
  }
  store.subscribe(read)
  document.addEventListener("visibilitychange", read)
}
