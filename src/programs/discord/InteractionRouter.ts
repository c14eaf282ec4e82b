import { DiscordREST } from "dfx/DiscordREST"
import type { DiscordRESTError } from "dfx/DiscordREST"
import { DateTime, Duration, Effect, Either, Fiber, FiberSet, Option, ParseResult } from "effect"
import { ButtonPress, parseCustomId } from "../../domain/customId.ts"
import { begunBy } from "../../ports/BegunBy.ts"
import { Interactions } from "../../ports/Interactions.ts"
import { RateLimits } from "../../ports/RateLimits.ts"
import { currentTraceId } from "../../ports/traceContext.ts"
import { Journal } from "../../services/Journal.ts"
import { choices, deferEphemeral, deferUpdate, editAnswer, ephemeralAnswer, followUp } from "./answers.ts"
import type { Respond } from "./answers.ts"
import { DecisionButtons } from "./DecisionButtons.ts"
import { failureMessage, noLongerValid, somethingWentWrong, tooOften } from "./failureWords.ts"
import type { Words } from "./failureWords.ts"
import { decodeInteraction, Interaction } from "./interaction.ts"
import type { Envelope } from "./interaction.ts"
import { buttonName, commandName } from "./interactionNames.ts"
import { KudosCommand } from "./KudosCommand.ts"
import { observed } from "./observed.ts"
import { Outcome } from "./Outcome.ts"
import { PrivacyCommand } from "./PrivacyCommand.ts"
import { writtenDown } from "./writtenDown.ts"

/** At shutdown, what was begun has so long to end; what is stored by then is taken up by the next process. */
const drainsWithin = Duration.seconds(6)

type Done = Effect.Effect<Outcome, DiscordRESTError, DiscordREST>

/**
 * Where every interaction arrives, over the gateway or by HTTP: acknowledged first, worked on afterwards, once across
 * replicas.
 */
export class InteractionRouter extends Effect.Service<InteractionRouter>()(
  "mochi/programs/InteractionRouter",
  {
    scoped: Effect.gen(function* () {
      const rest = yield* DiscordREST
      const interactions = yield* Interactions
      const limits = yield* RateLimits
      const kudos = yield* KudosCommand
      const buttons = yield* DecisionButtons
      const privacy = yield* PrivacyCommand
      const journal = yield* Journal
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
      const answered = (kind: "kudos" | "button", { id }: Envelope) =>
        kind === "kudos" ? Effect.ignoreLogged(interactions.answered(id)) : Effect.void

      /** Claims the interaction and its run, then hands it on; who comes second stays silent. */
      const onceAndInTime = (
        envelope: Envelope,
        kind: "kudos" | "button",
        respond: Respond,
        work: Done
      ): Done =>
        Effect.gen(function* () {
          const mine = yield* interactions.claim({ ...envelope, awaitsAnswer: kind === "kudos" })
          if (!mine) return Option.none()
          return Option.some(yield* limits.take(envelope.userId, kind))
        }).pipe(
          Effect.timeout(claimsWithin),
          Effect.matchEffect({
            onFailure: ({ _tag }) => refuse(respond, somethingWentWrong, Outcome.Failed({ errorType: _tag })),
            onSuccess: Option.match({
              onNone: () => Effect.succeed(Outcome.Refused({ reason: "DeliveredTwice" })),
              onSome: retryAt =>
                Option.match(retryAt, {
                  onNone: () => work,
                  onSome: at =>
                    refuse(
                      respond,
                      tooOften(DateTime.toEpochMillis(at)),
                      Outcome.Refused({ reason: "RateLimited" })
                    )
                }).pipe(Effect.zipLeft(answered(kind, envelope)))
            })
          })
        )

      const run = (interaction: Extract<Interaction, { _tag: "Run" }>, respond: Respond): Done => {
        const { bots, command, envelope } = interaction
        if (command.name === "privacy") {
          const answer = Effect.zipRight(respond(deferEphemeral), privacy.run(envelope, command))
          return onceAndInTime(envelope, "button", respond, answer)
        }
        if (command.name !== "kudos")
          return refuse(respond, noLongerValid, Outcome.Refused({ reason: "UnknownCommand" }))
        const work = Effect.zipRight(respond(deferEphemeral), kudos.run(envelope, command, bots)).pipe(
          Effect.tapDefect(() =>
            Effect.flatMap(currentTraceId, reference =>
              editAnswer(envelope, failureMessage(somethingWentWrong, reference))
            )
          ),
          Effect.tap(outcome =>
            outcome._tag === "Failed" && outcome.errorType === "OutcomeUnknown"
              ? Effect.sync(() =>
                  look(
                    kudos
                      .keepLooking(envelope)
                      .pipe(Effect.provideService(DiscordREST, rest), Effect.ignoreLogged)
                  )
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
                Effect.zipRight(respond(deferUpdate), buttons.decide(pressed, envelope, message)).pipe(
                  Effect.tapDefect(() =>
                    Effect.flatMap(currentTraceId, reference =>
                      followUp(envelope, failureMessage(somethingWentWrong, reference))
                    )
                  )
                )
              ),
            View: pressed =>
              onceAndInTime(
                envelope,
                "button",
                respond,
                Effect.zipRight(respond(deferEphemeral), buttons.view(pressed, envelope))
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

      /** Done, and then written down, which nobody waits for. */
      const carriedOut = (
        interaction: Extract<Interaction, { _tag: "Run" | "Press" }>,
        work: Done
      ): Effect.Effect<Outcome, DiscordRESTError> =>
        work.pipe(
          Effect.tap(outcome => FiberSet.run(running, writtenDown(journal, interaction, outcome))),
          begunBy({ _tag: "Interaction", id: interaction.envelope.id }),
          Effect.provideService(DiscordREST, rest)
        )

      const handle = (interaction: Interaction, respond: Respond): Effect.Effect<unknown> =>
        Interaction.$match(interaction, {
          Ping: () => Effect.ignoreLogged(respond({ type: 1 })),
          Other: ({ envelope }) =>
            observed({ type: "command", name: "other", envelope, respond }, measured =>
              refuse(measured, noLongerValid, Outcome.Refused({ reason: "UnknownInteraction" }))
            ),
          Run: interaction =>
            observed(
              {
                type: "command",
                name: commandName(interaction.command.name),
                envelope: interaction.envelope,
                respond
              },
              measured => carriedOut(interaction, run(interaction, measured))
            ),
          Press: interaction =>
            observed(
              {
                type: "button",
                name: buttonName(interaction.customId),
                envelope: interaction.envelope,
                respond
              },
              measured => carriedOut(interaction, press(interaction, measured))
            ),
          Autocomplete: interaction =>
            observed(
              {
                type: "autocomplete",
                name: commandName(interaction.command.name),
                envelope: interaction.envelope,
                respond
              },
              measured => Effect.provideService(suggest(interaction, measured), DiscordREST, rest)
            )
        })

      /** Begins to handle Discord's JSON and returns at once, with the fiber that does. */
      const accept = (raw: unknown, respond: Respond): Effect.Effect<Fiber.Fiber<unknown>> =>
        Either.match(decodeInteraction(raw), {
          onLeft: error =>
            Effect.annotateLogs(Effect.logError("interaction_failure"), { malformed: pathsOf(error) }).pipe(
              Effect.as(Fiber.void)
            ),
          onRight: interaction => Effect.sync(() => fork(handle(interaction, respond)))
        })

      return { accept }
    })
  }
) {}

/** Discord waits three seconds for an acknowledgement: who cannot be looked up by then is told so. */
const claimsWithin = Duration.millis(1500)

/** The whole error would repeat what was received, its token included. */
const pathsOf = (error: ParseResult.ParseError): string =>
  ParseResult.ArrayFormatter.formatErrorSync(error)
    .map(({ path }) => path.join("."))
    .join(", ")
