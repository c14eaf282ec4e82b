import { Context } from "effect"

/**
 * The purpose of a call to Mochi. A `suggestion` fills a list while somebody types, or asks ahead for what a person may
 * want next. It has a share of the bounds toward Mochi, and gives way to every `command`: requests, decisions and
 * notifications.
 */
export class Priority extends Context.Reference<Priority>()("mochi/context/Priority", {
  defaultValue: (): "command" | "suggestion" => "command"
}) {}
