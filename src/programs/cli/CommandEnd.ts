import { ValidationError } from "@effect/cli"
import { Cause, ConfigError, Exit, Option, Schema } from "effect"
import { describeFaults } from "../../config/Settings.ts"
import { linesWithVisibleControls } from "../../domain/plainText.ts"
import { StoreUnavailable } from "../../ports/StoreUnavailable.ts"
import { messageOf } from "../../process/messageOf.ts"

/** The end of a command that failed: what the operator reads on stderr, and the exit code. */
export class CommandEnd extends Schema.TaggedError<CommandEnd>()("CommandEnd", {
  /** 1: the command failed, or found a difference. 2: the operator called it wrongly. */
  exitCode: Schema.Literal(1, 2),
  /** None: the answer on stdout says it all. */
  words: Schema.OptionFromSelf(Schema.String)
}) {}

export const failed = (words: string): CommandEnd =>
  new CommandEnd({ exitCode: 1, words: Option.some(words) })

export const wrongUsage = (words: string): CommandEnd =>
  new CommandEnd({ exitCode: 2, words: Option.some(words) })

/** The command has printed its answer, and the answer is no. */
export const answeredNo: CommandEnd = new CommandEnd({ exitCode: 1, words: Option.none() })

/** What the operator reads on stderr if a command fails; none if the command has said it already. */
export const lastWords = (cause: Cause.Cause<unknown>): Option.Option<string> =>
  Option.map(wordsOf(cause), linesWithVisibleControls)

const wordsOf = (cause: Cause.Cause<unknown>): Option.Option<string> => {
  if (Cause.isInterruptedOnly(cause)) return Option.none()
  const error = Cause.squash(cause)
  if (error instanceof CommandEnd) return error.words
  if (ValidationError.isValidationError(error)) return Option.none()
  if (ConfigError.isConfigError(error))
    return Option.some(
      ["The configuration is not complete:", ...describeFaults(error).map(fault => `  ${fault}`)].join("\n")
    )
  if (error instanceof StoreUnavailable) return Option.some(`The database failed: ${messageOf(error.cause)}`)
  return Option.some(messageOf(error))
}

/** 0: it did its work. 1: it failed, or found a difference. 2: the operator called it wrongly. 130: interrupted. */
export const exitCodeOf = (exit: Exit.Exit<unknown, unknown>): number => {
  if (Exit.isSuccess(exit)) return 0
  if (Cause.isInterruptedOnly(exit.cause)) return 130
  const error = Cause.squash(exit.cause)
  if (error instanceof CommandEnd) return error.exitCode
  return ValidationError.isValidationError(error) ? 2 : 1
}
