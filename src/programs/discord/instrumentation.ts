import type { DiscordRESTError } from "dfx/DiscordREST"
import { Duration, Effect } from "effect"
import { interactionAcknowledged, interactionEnded } from "../../telemetry/metrics.ts"
import type { InteractionType } from "../../telemetry/metrics.ts"
import { monotonicMillis } from "../../context/monotonic.ts"
import type { Unanswered } from "./answerByDm.ts"
import { failureText } from "./answerEdit.ts"
import type { Answering, Respond } from "./answers.ts"
import type { Envelope } from "./decode.ts"
import { lastWord } from "./lastWord.ts"
import { Outcome, outcomeWord } from "./Outcome.ts"

interface Observation {
  readonly type: InteractionType
  /** A command's name, or a button's first word: a closed set. */
  readonly name: string
  readonly envelope: Envelope
  readonly respond: Respond
  /** Told how it ended, within its span. */
  readonly ended?: (outcome: Outcome) => Effect.Effect<unknown>
}

/** What an interaction asks for, given the way to acknowledge it. */
export type Work = (respond: Respond) => Done
export type Done = Effect.Effect<Outcome, DiscordRESTError | Unanswered, Answering>

/**
 * Runs what an interaction asks for within its span, measured and logged. Whatever goes wrong in it ends here: after a
 * defect the person is told so, whatever was under way; where Discord takes no answer, there is nobody left to tell.
 */
export const observed = (
  { ended = () => Effect.void, envelope, name, respond, type }: Observation,
  work: Work
): Effect.Effect<Outcome, never, Answering> =>
  Effect.gen(function* () {
    const start = yield* monotonicMillis
    const since = Effect.map(monotonicMillis, now => Duration.millis(now - start))
    const measuredRespond: Respond = callback =>
      Effect.tap(respond(callback), () =>
        Effect.flatMap(since, passed => interactionAcknowledged(type, passed))
      )
    const outcome = yield* lastWord({ type, envelope, respond: measuredRespond }, work).pipe(
      Effect.catchAll(error =>
        Effect.as(
          Effect.annotateLogs(Effect.logError("A person could not be answered"), { reason: reasonOf(error) }),
          Outcome.Failed({ errorType: errorTypeOf(error) })
        )
      )
    )
    yield* ended(outcome)
    const passed = yield* since
    yield* interactionEnded({ type, command: name, outcome: outcomeWord(outcome), after: passed })
    yield* annotated(name, outcome)
    yield* report(type, name, outcome, passed)
    return outcome
  }).pipe(
    Effect.withSpan(`discord.interaction ${name}`, {
      kind: "server",
      root: true,
      attributes: { "interaction.type": type, "command.name": name, "discord.interaction.id": envelope.id }
    })
  )

const annotated = (name: string, outcome: Outcome) =>
  Effect.annotateCurrentSpan({
    outcome: outcomeWord(outcome),
    ...causeOf(outcome),
    ...sentenceOf(name, outcome)
  })

const sentenceOf = (name: string, outcome: Outcome) => {
  switch (outcome._tag) {
    case "Success":
    case "Refused":
      return {}
    case "TimedOut":
      return { "error.message": `${name} took longer than its time allows` }
    case "Failed":
      return { "error.message": `${name} failed: ${outcome.errorType}` }
  }
}

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

const reasonOf = (error: DiscordRESTError | Unanswered): string =>
  error._tag === "Unanswered" ? error.reason : failureText(error)

/** Discord's own code for Discord's refusals. */
const errorTypeOf = (error: DiscordRESTError | Unanswered): string =>
  error._tag === "ErrorResponse" ? String(error.cause.code) : error._tag
