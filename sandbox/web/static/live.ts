import type { Sections } from "../wire.ts"
import { go } from "./route.ts"
import type { Store } from "./store.ts"

/** Keeps the view up to date, over broken connections and restarts of the sandbox. */
export const follow = (store: Store): void => {
  let source: EventSource | undefined
  let again: ReturnType<typeof setTimeout> | undefined

  const connect = () => {
    clearTimeout(again)
    source?.close()
    const { username, view: before } = store.get()
    // This person must not see what the person before saw.
    const { channels: _, timelines: __, ...shared } = before
    store.set({ view: shared })
    const opened = new EventSource(`/live?person=${encodeURIComponent(username)}`)
    source = opened
    let isFirst = true
    opened.onopen = () => {
      isFirst = true
    }
    opened.onmessage = ({ data }) => {
      const changes: Partial<Sections> = JSON.parse(data)
      const before = store.get().view
      const view: Partial<Sections> = isFirst
        ? changes
        : { ...before, ...changes, timelines: { ...before.timelines, ...changes.timelines } }
      isFirst = false
      store.set({ view, online: true })
    }
    opened.onerror = () => {
      store.set({ online: false })
      // The browser tries again by itself unless the sandbox refused it, for example because there is no such person.
      if (opened.readyState !== EventSource.CLOSED) return
      if (username === "ada") again = setTimeout(connect, 1000)
      else go("ada", "general")
    }
  }

  store.subscribe((state, before) => {
    if (state.username !== before.username) connect()
  })
  connect()
}
