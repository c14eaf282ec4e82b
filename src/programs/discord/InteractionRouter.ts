import { DateTime, Duration, Effect, Either, Fiber, FiberSet, Option } from "effect"
import { ButtonPress, parseCustomId } from "../../domain/customId.ts"
import { startedBy } from "../../context/WorkStart.ts"
import { Claims } from "../../ports/Claims.ts"
import { RateLimits } from "../../ports/RateLimits.ts"
import { currentTraceId } from "../../telemetry/traceContext.ts"
import { Audit } from "../../services/Audit.ts"
import { Usage } from "../../services/Usage.ts"
import { acknowledge, choices, deferUpdate, ephemeralAnswer } from "./answers.ts"
import type { Answering, Respond } from "./answers.ts"
import { DecisionButtons } from "./DecisionButtons.ts"
import { failureMessage, neverSent, noLongerValid, somethingWentWrong, tooOften } from "./failureWords.ts"
import type { Words } from "./failureWords.ts"
import { decodeInteraction, faultyPlaces, Interaction } from "./decode.ts"
import type { Envelope } from "./decode.ts"
import { buttonName, commandName } from "./interactionNames.ts"
import { KudosCommand } from "./KudosCommand.ts"
import { observed } from "./instrumentation.ts"
import type { Done } from "./instrumentation.ts"
import { orAskAgain } from "./orAskAgain.ts"
import { Outcome } from "./Outcome.ts"
import { PrivacyCommand } from "./PrivacyCommand.ts"
import { writtenDown } from "./auditing.ts"

/** At shutdown, what was begun has so long to end; what is stored by then is taken up by the next process. */
const drainsWithin = Duration.seconds(6)

/**
 * Where every interaction arrives, over the gateway or by HTTP: acknowledged first, worked on afterwards, once across
 * replicas.
 */
export class InteractionRouter extends Effect.Service<InteractionRouter>()(
  "mochi/programs/InteractionRouter",
  {
    scoped: Effect.gen(function* () {
      const answering = yield* Effect.context<Answering>()
      const claims = yield* Claims
      const limits = yield* RateLimits
      const kudos = yield* KudosCommand
      const buttons = yield* DecisionButtons
      const privacy = yield* PrivacyCommand
      const audit = yield* Audit
      const usage = yield* Usage
      const running = yield* FiberSet.make()
      // Finalizers cannot be interrupted, so that without this the limit would wait for what it limits.
      yield* Effect.addFinalizer(() =>
        FiberSet.awaitEmpty(running).pipe(Effect.interruptible, Effect.timeoutOption(drainsWithin))
      )
      const fork = yield* FiberSet.runtime(running)<never>()
      // Looking for a lost create goes on for minutes: the shutdown ends it instead of waiting.
      const look = yield* FiberSet.makeRuntime<never>()

      const refuse = Effect.fnUntraced(function* (respond: Respond, words: Words, outcome: Outcome) {
        yield* respond(ephemeralAnswer(failureMessage(words, yield* currentTraceId)))
        return outcome
      })

      /** From here on no other process needs to answer in this one's place. */
      const answered = ({ id }: Envelope) =>
        Effect.catchAllCause(claims.answered(id), cause =>
          Effect.logWarning("An answer is not written down", cause)
        )

      /** Not after a cut, which another process makes up for, nor a defect, of which the person is yet to be told. */
      const thenAnswered = (kind: "kudos" | "button", envelope: Envelope, work: Done): Done => {
        const over = () => (kind === "kudos" ? answered(envelope) : Effect.void)
        return Effect.tapBoth(work, { onSuccess: over, onFailure: over })
      }

      /** Shows "is thinking", then works. */
      const deferred = (envelope: Envelope, respond: Respond, unless: Words, work: Done): Done =>
        Effect.gen(function* () {
          yield* acknowledge(respond, envelope, failureMessage(unless, yield* currentTraceId))
          return yield* work
        })

      /** Claims the interaction and its run, then hands it on; who comes second stays silent. */
      const onceAndInTime = (
        envelope: Envelope,
        kind: "kudos" | "button",
        respond: Respond,
        work: Done
      ): Done =>
        Effect.gen(function* () {
          const mine = yield* claims.claim({ ...envelope, awaitsAnswer: kind === "kudos" })
          if (!mine) return Option.none()
          return Option.some(yield* limits.take(envelope.userId, kind))
        }).pipe(
          Effect.timeout(claimsWithin),
          Effect.matchEffect({
            onFailure: ({ _tag }) =>
              // It may be claimed all the same.
              thenAnswered(
                kind,
                envelope,
                refuse(respond, somethingWentWrong, Outcome.Failed({ errorType: _tag }))
              ),
            onSuccess: Option.match({
              onNone: () => Effect.succeed(Outcome.Refused({ reason: "DeliveredTwice" })),
              onSome: retryAt => {
                const mine: Done = Option.match(retryAt, {
                  onNone: () => work,
                  onSome: at =>
                    refuse(
                      respond,
                      tooOften(DateTime.toEpochMillis(at)),
                      Outcome.Refused({ reason: "RateLimited" })
                    )
                })
                return thenAnswered(kind, envelope, mine)
              }
            })
          })
        )

      const run = (interaction: Extract<Interaction, { _tag: "Run" }>, respond: Respond): Done => {
        const { bots, command, envelope } = interaction
        if (command.name === "privacy") {
          const answer = deferred(envelope, respond, somethingWentWrong, privacy.run(envelope, command))
          return onceAndInTime(envelope, "button", respond, orAskAgain(envelope, answer))
        }
        if (command.name !== "kudos")
          return refuse(respond, noLongerValid, Outcome.Refused({ reason: "UnknownCommand" }))
        const work = deferred(envelope, respond, neverSent, kudos.run(envelope, command, bots)).pipe(
          Effect.tap(outcome =>
            outcome._tag === "Failed" && outcome.errorType === "OutcomeUnknown"
              ? Effect.sync(() =>
                  look(kudos.keepLooking(envelope).pipe(Effect.provide(answering), Effect.ignoreLogged))
                )
              : Effect.void
          )
        )
        return onceAndInTime(envelope, "kudos", respond, work)
      }

      const press = (interaction: Extract<Interaction, { _tag: "Press" }>, respond: Respond): Done => {
        const { customId, envelope, message } = interaction
        return Option.match(parseCustomId(customId), {
          onNone: () => refuse(respond, noLongerValid, Outcome.Refused({ reason: "ForeignButton" })),
          onSome: ButtonPress.$match({
            Decide: pressed =>
              onceAndInTime(
                envelope,
                "button",
                respond,
                Effect.zipRight(respond(deferUpdate), buttons.decide(pressed, envelope, message))
              ),
            View: pressed =>
              onceAndInTime(
                envelope,
                "button",
                respond,
                orAskAgain(
                  envelope,
                  deferred(envelope, respond, somethingWentWrong, buttons.view(pressed, envelope))
                )
              ),
            Privacy: pressed =>
              onceAndInTime(
                envelope,
                "button",
                respond,
                Effect.zipRight(respond(deferUpdate), privacy.press(pressed, envelope, message.id))
              )
          })
        })
      }

      const suggest = (interaction: Extract<Interaction, { _tag: "Autocomplete" }>, respond: Respond): Done =>
        Effect.gen(function* () {
          const { command, envelope, focused } = interaction
          const { ended, found } = yield* kudos.suggest(envelope, command, focused)
          yield* respond(choices(found))
          return ended
        })

      /** Written down, which nobody waits for; and after a defect, the person has been told by now. */
      const ended = (interaction: Extract<Interaction, { _tag: "Run" | "Press" }>) => (outcome: Outcome) =>
        FiberSet.run(running, writtenDown(audit, usage, interaction, outcome)).pipe(
          Effect.zipRight(
            interaction._tag === "Run" && interaction.command.name === "kudos" && isBrokenOff(outcome)
              ? answered(interaction.envelope)
              : Effect.void
          )
        )

      const handle = (interaction: Interaction, respond: Respond): Effect.Effect<unknown, never, Answering> =>
        Interaction.$match(interaction, {
          Ping: () => Effect.ignoreLogged(respond({ type: 1 })),
          Other: ({ envelope }) =>
            observed({ type: "command", name: "other", envelope, respond }, measured =>
              refuse(measured, noLongerValid, Outcome.Refused({ reason: "UnknownInteraction" }))
            ),
          Run: interaction => {
            const { command, envelope } = interaction
            return startedBy({ _tag: "Interaction", id: envelope.id })(
              observed(
                {
                  type: "command",
                  name: commandName(command.name),
                  envelope,
                  respond,
                  ended: ended(interaction)
                },
                measured => run(interaction, measured)
              )
            )
          },
          Press: interaction => {
            const { customId, envelope } = interaction
            return startedBy({ _tag: "Interaction", id: envelope.id })(
              observed(
                { type: "button", name: buttonName(customId), envelope, respond, ended: ended(interaction) },
                measured => press(interaction, measured)
              )
            )
          },
          Autocomplete: interaction => {
            const { command, envelope } = interaction
            return observed(
              { type: "autocomplete", name: commandName(command.name), envelope, respond },
              measured => suggest(interaction, measured)
            )
          }
        })

      /** Begins to handle Discord's JSON and returns at once, with the fiber that does. */
      const accept = (raw: unknown, respond: Respond): Effect.Effect<Fiber.Fiber<unknown>> =>
        Either.match(decodeInteraction(raw), {
          onLeft: error =>
            Effect.annotateLogs(Effect.logError("interaction_failure"), {
              malformed: faultyPlaces(error)
            }).pipe(Effect.as(Fiber.void)),
          onRight: interaction =>
            Effect.sync(() => fork(Effect.provide(handle(interaction, respond), answering)))
        })

      return { accept }
    })
  }
) {}

const isBrokenOff = (outcome: Outcome): boolean => outcome._tag === "Failed" && outcome.errorType === "Defect"

/** Discord waits three seconds for an acknowledgement: who cannot be looked up by then is told so. */
const claimsWithin = Duration.millis(1500)
