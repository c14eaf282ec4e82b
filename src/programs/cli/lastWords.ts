import { ValidationError } from "@effect/cli"
import { Cause, ConfigError, Exit, Option } from "effect"
import { describeFaults } from "../../config/Settings.ts"
import { linesWithVisibleControls } from "../../domain/plainText.ts"
import { StoreUnavailable } from "../../ports/StoreUnavailable.ts"
import { messageOf } from "../../process/messageOf.ts"
import { Ended } from "./Ended.ts"

/** What an operator reads on stderr of a command that did not end well; none where it was said already. */
export const lastWords = (cause: Cause.Cause<unknown>): Option.Option<string> =>
  Option.map(said(cause), linesWithVisibleControls)

const said = (cause: Cause.Cause<unknown>): Option.Option<string> => {
  if (Cause.isInterruptedOnly(cause)) return Option.none()
  const error = Cause.squash(cause)
  if (error instanceof Ended) return error.said
  if (ValidationError.isValidationError(error)) return Option.none()
  if (ConfigError.isConfigError(error))
    return Option.some(
      ["The configuration is not complete:", ...describeFaults(error).map(fault => `  ${fault}`)].join("\n")
    )
  if (error instanceof StoreUnavailable)
    return Option.some(`The database did not do it: ${messageOf(error.cause)}`)
  return Option.some(messageOf(error))
}

/** 0: done. 1: it failed, or found a difference. 2: it was called wrongly. 130: interrupted. */
export const exitCodeOf = (exit: Exit.Exit<unknown, unknown>): number => {
  if (Exit.isSuccess(exit)) return 0
  if (Cause.isInterruptedOnly(exit.cause)) return 130
  const error = Cause.squash(exit.cause)
  if (error instanceof Ended) return error.exitCode
  return ValidationError.isValidationError(error) ? 2 : 1
}
