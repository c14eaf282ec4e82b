import { Duration, Effect, Option } from "effect"
import type { InteractionId, RequestKey } from "../../domain/Ids.ts"
import { monotonicMillis } from "../../context/monotonic.ts"
import type { AnswerError } from "../../ports/Messenger.ts"
import { interactionAcknowledged, interactionEnded } from "../../telemetry/metrics.ts"
import type { InteractionType } from "../../telemetry/metrics.ts"
import { inSpan, interactionAttributes, requestAttributes } from "../../telemetry/spans.ts"
import type { Unanswered } from "../features/Conversation.ts"
import { endWord, InteractionEnd } from "../features/InteractionEnd.ts"
import type { Respond } from "./conversation.ts"

/** Handles an interaction, given the way to acknowledge it. */
export type Handler = (respond: Respond) => Handling
export type Handling = Effect.Effect<InteractionEnd, AnswerError | Unanswered>

interface Observation {
  readonly type: InteractionType
  /** A command's name, or a button's first word: a closed set. */
  readonly name: string
  readonly interactionId: InteractionId
  /** The request that it is about, if that is known already. */
  readonly request?: Option.Option<RequestKey>
  readonly respond: Respond
}

/**
 * Runs what an interaction asks for within its span, measures it and logs how it ended. No failure goes further: if Discord
 * takes no answer, there is nobody left to tell. `ended` runs within the span too.
 */
export const instrumentation = (
  { interactionId, name, request = Option.none(), respond, type }: Observation,
  handler: Handler,
  ended: (end: InteractionEnd) => Effect.Effect<unknown> = () => Effect.void
): Effect.Effect<InteractionEnd> =>
  Effect.gen(function* () {
    const start = yield* monotonicMillis
    const since = Effect.map(monotonicMillis, now => Duration.millis(now - start))
    const measuredRespond: Respond = first =>
      Effect.tap(respond(first), () => Effect.flatMap(since, passed => interactionAcknowledged(type, passed)))
    const end = yield* handler(measuredRespond).pipe(
      Effect.catchAll(error =>
        Effect.as(
          Effect.annotateLogs(Effect.logError("A person could not be answered"), {
            reason: error._tag === "Unanswered" ? error.reason : error.detail
          }),
          InteractionEnd.Failed({ errorType: error._tag === "Unanswered" ? error._tag : error.errorType })
        )
      )
    )
    yield* ended(end)
    const passed = yield* since
    yield* interactionEnded({ type, command: name, outcome: endWord(end), after: passed })
    yield* annotateSpan(name, end)
    yield* report(type, name, end, passed)
    return end
  }).pipe(
    inSpan(`discord.interaction ${name}`, {
      kind: "server",
      root: true,
      attributes: {
        "interaction.type": type,
        "command.name": name,
        ...interactionAttributes(interactionId),
        ...Option.match(request, { onNone: () => ({}), onSome: requestAttributes })
      }
    })
  )

const annotateSpan = (name: string, end: InteractionEnd) =>
  Effect.annotateCurrentSpan({
    outcome: endWord(end),
    ...causeOf(end),
    ...sentenceOf(name, end)
  })

const sentenceOf = (name: string, end: InteractionEnd) => {
  switch (end._tag) {
    case "Success":
    case "Refused":
      return {}
    case "TimedOut":
      return { "error.message": `${name} took longer than its time allows` }
    case "Failed":
      return { "error.message": `${name} failed: ${end.errorType}` }
  }
}

const causeOf = (end: InteractionEnd) => {
  switch (end._tag) {
    case "Success":
      return {}
    case "Refused":
      return { refusal: end.reason }
    case "TimedOut":
      return { "error.type": "timeout" }
    case "Failed":
      return { "error.type": end.errorType }
  }
}

/** Keystrokes are not events: their outcome is in the metrics. */
const report = (type: InteractionType, name: string, end: InteractionEnd, passed: Duration.Duration) => {
  const isFailure = end._tag === "Failed" || end._tag === "TimedOut"
  const fields = { outcome: endWord(end), ...causeOf(end) }
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
