import { Context } from "effect"

/**
 * What a call to Mochi is for. A `suggestion` fills a list while somebody types, and gives way to every `command`: to
 * whatever somebody has asked for, decided or is to be told.
 */
export class Priority extends Context.Reference<Priority>()("mochi/context/Priority", {
  defaultValue: (): "command" | "suggestion" => "command"
}) {}
