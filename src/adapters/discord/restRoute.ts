/** The kind of a path: `callback` and `webhook` paths carry an interaction's token as their authorization. */
export type Lane = "callback" | "webhook" | "bot"

export const laneOf = (path: string): Lane => {
  const [kind, , token, last] = segments(path)
  if (kind === "interactions" && last === "callback") return "callback"
  return kind === "webhooks" && token !== undefined ? "webhook" : "bot"
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
