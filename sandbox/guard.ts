/** Does the work of a Node listener. An exception would end the whole process; this way it ends only the request. */
export const guarded = (work: () => void, giveUp: () => void): void => {
  try {
    work()
  } catch (error) {
    console.error("The sandbox could not handle a request:", error)
    giveUp()
  }
}

/** The parts of a request that say where it comes from. */
export interface Origins {
  readonly host?: string | undefined
  readonly origin?: string | undefined
}

/**
 * Whether the sandbox may answer a request: its `Host` is a name of this machine that no foreign DNS can give out, and
 * it has no `Origin` or that of our own page. `listensOn` is the address that the server listens on.
 */
export const isOurs = ({ host, origin }: Origins, listensOn = "127.0.0.1"): boolean => {
  if (host === undefined) return false
  const name = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::\d{1,5})?$/i.exec(host)?.[1]?.toLowerCase()
  const named = name !== undefined && [...loopback, ...ownNames(listensOn)].includes(name)
  return named && (origin === undefined || origin.toLowerCase() === `http://${host.toLowerCase()}`)
}

const loopback = ["127.0.0.1", "localhost", "[::1]"]

/** A server that listens on every address has no name of its own. */
const ownNames = (listensOn: string) => {
  const name = listensOn.toLowerCase()
  if (name === "0.0.0.0" || name === "::") return []
  return [name.includes(":") ? `[${name}]` : name]
}
