import { Context } from "effect"

/**
 * The purpose of a call to Mochi. A `suggestion` fills a list while somebody types, and gives way to every `command`:
 * requests, decisions and notifications.
 */
export class Priority extends Context.Reference<Priority>()("mochi/context/Priority", {
  defaultValue: (): "command" | "suggestion" => "command"
}) {}
