import type { Store } from "./store.ts"

/** The address names the person and the channel: two tabs can be two people, and a reload changes nothing. */
export const go = (username: string, channel: string): void => {
  location.hash = `${encodeURIComponent(username)}/${encodeURIComponent(channel)}`
}

export const currentRoute = () => {
  const [username = "", channelName = ""] = location.hash.slice(1).split("/").map(decoded)
  return { username: username === "" ? "ada" : username, channelName }
}

export const followRoute = (store: Store): void => {
  addEventListener("hashchange", () => store.set(currentRoute()))
}

/** A person may have typed the address. */
const decoded = (part: string) => {
  try {
    return decodeURIComponent(part)
  } catch {
    return ""
  }
}
