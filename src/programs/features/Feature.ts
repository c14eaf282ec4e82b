/** What a person can ask of the bot: by a command, or by a button. Every feature is one file of these shapes. */
import type { Effect, Option } from "effect"
import type { Action } from "../../domain/Action.ts"
import type { UserId } from "../../domain/Ids.ts"
import type { Choice } from "../../domain/Screen.ts"
import type { LimitedKind } from "../../ports/RateLimits.ts"
import type { AuditedAction } from "../../services/Audit.ts"
import type { CommandWord, Words } from "../../words/Words.ts"
import type { Conversation, Unanswered } from "./Conversation.ts"
import type { InteractionEnd } from "./InteractionEnd.ts"

/** One thing that one person asked for. */
export interface Errand {
  /** Its name in metrics and traces: a closed set. */
  readonly name: string
  /** What the person sees until the answer comes: "is thinking", or the message with the button as it was. */
  readonly acknowledged: "thinking" | "unchanged"
  /** The rate limit that it counts towards. */
  readonly limit: LimitedKind
  /** Whether another process answers if this one ends; if not, the person is asked to try again. */
  readonly isRecovered: boolean
  /** For the audit log; none if a service records it. */
  readonly deed: Option.Option<Pick<AuditedAction, "action" | "request">>
  /** Runs after the acknowledgement. */
  readonly run: (conversation: Conversation) => Effect.Effect<InteractionEnd, Unanswered>
}

/** A command as a person typed it: every part is outside input. */
export interface CommandInput {
  /** Such as `export`, or with its group `notifications on`. */
  readonly subcommand: Option.Option<string>
  /** An option's text, whatever its type, by its name. */
  readonly options: ReadonlyMap<string, string>
  /** The bots among the users whom the options name. */
  readonly bots: ReadonlySet<string>
}

export interface Suggestions {
  readonly choices: ReadonlyArray<Choice>
  readonly end: InteractionEnd
}

/** How a command is offered, before anybody has run it. */
export interface CommandFeature<R = never> {
  readonly name: string
  readonly worksIn: "communities" | "communities and direct messages"
  /** In the words of one language. */
  readonly describe: (words: Words) => Described
  readonly make: Effect.Effect<CommandWork, never, R>
}

export interface Described {
  readonly description: string
  readonly options: ReadonlyArray<CommandOption & Described>
}

export type CommandOption<Name extends string = string> =
  | { readonly kind: "text"; readonly name: Name; readonly isSuggested: boolean }
  /** `longest`: in UTF-16 units. */
  | { readonly kind: "optional text"; readonly name: Name; readonly longest: number }
  | { readonly kind: "person"; readonly name: Name }
  | { readonly kind: "subcommand"; readonly name: Name }
  | { readonly kind: "group"; readonly name: Name; readonly subcommands: ReadonlyArray<Name> }

/** A command whose every option has its words. */
export const command = <Name extends string, R>({
  make,
  name,
  options,
  words: wordsOf,
  worksIn
}: Pick<CommandFeature<R>, "name" | "worksIn" | "make"> & {
  readonly words: (words: Words) => CommandWord<Name>
  readonly options: ReadonlyArray<CommandOption<Name>>
}): CommandFeature<R> => ({
  name,
  worksIn,
  make,
  describe: words => {
    const { description, options: descriptions } = wordsOf(words)
    const describe = (option: CommandOption<Name>): CommandOption & Described => ({
      ...option,
      description: descriptions[option.name],
      options:
        option.kind === "group" ? option.subcommands.map(name => describe({ kind: "subcommand", name })) : []
    })
    return { description, options: options.map(describe) }
  }
})

interface CommandWork {
  readonly errand: (input: CommandInput) => Errand
  /** What to offer while somebody types the option `focused`. */
  readonly suggest?: (asker: UserId, input: CommandInput, focused: string) => Effect.Effect<Suggestions>
}

/** The errand that a button with this action starts. */
export type ButtonFeature<Tag extends Action["_tag"], R = never> = Effect.Effect<
  (action: Extract<Action, { readonly _tag: Tag }>) => Errand,
  never,
  R
>
