import type { DiscordRESTError } from "dfx/DiscordREST"
import { Clock, Duration, Effect } from "effect"
import { interactionAcknowledged, interactionEnded } from "../../ports/metrics.ts"
import type { InteractionType } from "../../ports/metrics.ts"
import type { Respond } from "./answers.ts"
import type { Envelope } from "./interaction.ts"
import { Outcome, outcomeWord } from "./Outcome.ts"

interface Observation {
  readonly type: InteractionType
  /** A command's name, or a button's first word: a closed set. */
  readonly name: string
  readonly envelope: Envelope
  readonly respond: Respond
}

/**
 * Runs what an interaction asks for within its span, measured and logged. Whatever goes wrong in it ends here: a defect,
 * or Discord refusing an answer, is nothing that the person could still be told.
 */
export const observed = (
  { envelope, name, respond, type }: Observation,
  work: (respond: Respond) => Effect.Effect<Outcome, DiscordRESTError>
): Effect.Effect<Outcome> =>
  Effect.gen(function* () {
    const start = yield* Clock.currentTimeMillis
    const since = Effect.map(Clock.currentTimeMillis, now => Duration.millis(now - start))
    const measuredRespond: Respond = callback =>
      Effect.tap(respond(callback), () =>
        Effect.flatMap(since, passed => interactionAcknowledged(type, passed))
      )
    const outcome = yield* work(measuredRespond).pipe(
      Effect.catchAll(error =>
        Effect.as(logged(error), Outcome.Failed({ errorType: discordErrorType(error) }))
      ),
      Effect.catchAllDefect(defect => Effect.as(logged(defect), Outcome.Failed({ errorType: "Defect" })))
    )
    const passed = yield* since
    yield* interactionEnded({ type, command: name, outcome: outcomeWord(outcome), after: passed })
    yield* annotated(outcome)
    yield* report(type, name, outcome, passed)
    return outcome
  }).pipe(
    Effect.withSpan(`discord.interaction ${name}`, {
      kind: "server",
      root: true,
      attributes: { "interaction.type": type, "command.name": name, "discord.interaction.id": envelope.id }
    })
  )

const annotated = (outcome: Outcome) =>
  Effect.annotateCurrentSpan({ outcome: outcomeWord(outcome), ...causeOf(outcome) })

const causeOf = (outcome: Outcome) => {
  switch (outcome._tag) {
    case "Success":
      return {}
    case "Refused":
      return { refusal: outcome.reason }
    case "TimedOut":
      return { "error.type": "timeout" }
    case "Failed":
      return { "error.type": outcome.errorType }
  }
}

/** Keystrokes are not events: their outcome is in the metrics. */
const report = (type: InteractionType, name: string, outcome: Outcome, passed: Duration.Duration) => {
  const isFailure = outcome._tag === "Failed" || outcome._tag === "TimedOut"
  const fields = { outcome: outcomeWord(outcome), ...causeOf(outcome) }
  switch (type) {
    case "autocomplete":
      return isFailure ? Effect.annotateLogs(Effect.logDebug("interaction_failure"), fields) : Effect.void
    case "button":
      return Effect.annotateLogs(
        isFailure ? Effect.logError("interaction_failure") : Effect.logInfo("interaction_success"),
        { button: name, duration: Duration.toMillis(passed), ...fields }
      )
    case "command":
      return Effect.annotateLogs(
        Effect.zipRight(
          Effect.logInfo("command_executed"),
          isFailure ? Effect.logError("command_error") : Effect.void
        ),
        { command: name, command_duration: Duration.toMillis(passed), ...fields }
      )
  }
}

const logged = (cause: unknown) => Effect.logError("An interaction went wrong", cause)

/** Discord's own code for Discord's refusals. */
const discordErrorType = (error: DiscordRESTError): string =>
  error._tag === "ErrorResponse" ? String(error.cause.code) : error._tag
