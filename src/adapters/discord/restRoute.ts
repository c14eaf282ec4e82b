/** Whether an interaction's token is in the path: such a call counts to no limit of the bot. */
export const hasInteractionToken = (path: string): boolean => {
  const [kind, , token, last] = segments(path)
  return (kind === "interactions" && last === "callback") || (kind === "webhooks" && token !== undefined)
}

/** What a span of the bot's own call is called. */
export const callName = (method: string, route: string): string =>
  names[`${method} ${route}`] ?? `discord ${method} ${route}`

const names: Readonly<Record<string, string>> = {
  "POST /channels/{id}/messages": "discord post message",
  "PATCH /channels/{id}/messages/{id}": "discord edit message",
  "GET /channels/{id}/messages": "discord read messages",
  "GET /channels/{id}": "discord read channel",
  "POST /users/@me/channels": "discord open DM",
  "GET /users/@me/guilds": "discord list servers",
  "GET /applications/@me": "discord read application",
  "GET /gateway/bot": "discord find gateway",
  "GET /applications/{id}/commands": "discord read commands",
  "PUT /applications/{id}/commands": "discord register commands",
  "GET /applications/{id}/guilds/{id}/commands": "discord read commands of a server",
  "PUT /applications/{id}/guilds/{id}/commands": "discord register commands in a server"
}

/** The path as a log or a span may show it: no id, no token, few distinct values. */
export const routeTemplate = (path: string): string => {
  const parts = segments(path)
  const carriesToken = parts[0] === "webhooks" || parts[0] === "interactions"
  return parts
    .map((part, index) => {
      if (carriesToken && index === 1) return "/{id}"
      if (carriesToken && index === 2) return "/{token}"
      return /^(?:[a-z-]{1,32}|@me|@original)$/.test(part)
        ? `/${part}`
        : /^\d+$/.test(part)
          ? "/{id}"
          : "/{value}"
    })
    .join("")
}

const segments = (path: string): ReadonlyArray<string> =>
  path
    .replace(/[?#].*$/s, "")
    .split("/")
    .filter(part => part !== "")
