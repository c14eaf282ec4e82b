import type { Component } from "./Components.ts"
import { flatten } from "./Components.ts"
import type { AllowedMentions } from "./MessageBody.ts"
import type { Pings } from "./Model.ts"

/**
 * The people and roles that a message notifies: those in the text that `allowed_mentions` permits. Embeds notify nobody,
 * the text displays of Components V2 do. Without `allowed_mentions` answers to interactions may notify users alone.
 */
export const pingsOf = (
  content: string,
  components: ReadonlyArray<Component>,
  allowed: AllowedMentions | null | undefined,
  origin: "message" | "interaction"
): Pings => {
  const text = [
    content,
    ...flatten(components).flatMap(part => (part.type === 10 ? [part.content] : []))
  ].join("\n")
  const users = named(text, /<@!?(\d+)>/g)
  const roles = named(text, /<@&(\d+)>/g)
  const everyone = /@(everyone|here)\b/.test(text)
  if (!allowed) {
    return origin === "message" ? { users, roles, everyone } : { users, roles: [], everyone: false }
  }
  const parse = allowed.parse ?? []
  const permitted = (kind: "users" | "roles", found: ReadonlyArray<string>) =>
    parse.includes(kind) ? found : found.filter(id => allowed[kind]?.includes(id))
  return {
    users: permitted("users", users),
    roles: permitted("roles", roles),
    everyone: everyone && parse.includes("everyone")
  }
}

const named = (text: string, pattern: RegExp) => [
  ...new Set([...text.matchAll(pattern)].flatMap(([, id]) => (id === undefined ? [] : [id])))
]
