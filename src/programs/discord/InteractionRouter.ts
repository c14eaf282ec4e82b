import { Duration, Effect, Either, Fiber, FiberSet, Option } from "effect"
import { FirstAnswer } from "../../domain/Screen.ts"
import { Messenger } from "../../ports/Messenger.ts"
import type { InteractionType } from "../../telemetry/metrics.ts"
import type { Conversation, Pressed } from "../features/Conversation.ts"
import { noLongerValid } from "../features/failures.ts"
import type { Errand } from "../features/Feature.ts"
import { Features } from "../features/features.ts"
import { InteractionEnd } from "../features/InteractionEnd.ts"
import { conversationWith } from "./conversation.ts"
import type { Respond } from "./conversation.ts"
import { decodeInteraction, faultyPlaces, Interaction } from "./decode.ts"
import type { Envelope } from "./decode.ts"
import { makeErrands } from "./errands.ts"
import { instrumentation } from "./instrumentation.ts"
import { lastWord, orSay } from "./lastWord.ts"

/** How long running work has to end at shutdown; the next process takes over what is stored by then. */
const drainsWithin = Duration.seconds(6)

/**
 * Every interaction arrives here, over the gateway or by HTTP. The router acknowledges it first and works on it afterwards,
 * once across replicas; the list of features says which one answers.
 */
export class InteractionRouter extends Effect.Service<InteractionRouter>()(
  "mochi/programs/InteractionRouter",
  {
    scoped: Effect.gen(function* () {
      const features = yield* Features
      const messenger = yield* Messenger
      const running = yield* FiberSet.make()
      // Finalizers cannot be interrupted: without `interruptible` the time limit would wait for what it limits.
      yield* Effect.addFinalizer(() =>
        FiberSet.awaitEmpty(running).pipe(Effect.interruptible, Effect.timeoutOption(drainsWithin))
      )
      const fork = yield* FiberSet.runtime(running)<never>()
      const forkAfterwards = yield* FiberSet.makeRuntime<never>()
      const afterwards: Conversation["afterwards"] = work => Effect.sync(() => forkAfterwards(work))

      const { carryOut, refuse } = yield* makeErrands(work => FiberSet.run(running, work))

      const converse = (envelope: Envelope, pressed: Option.Option<Pressed> = Option.none()) =>
        conversationWith(messenger, envelope, pressed, afterwards)

      /** Everything that is not ours has one name, so that names stay a closed set. */
      const turnDown = (type: InteractionType, envelope: Envelope, respond: Respond, reason: string) => {
        const conversation = converse(envelope)
        return instrumentation({ type, name: "other", interactionId: envelope.id, respond }, measured =>
          lastWord(conversation, measured, noting =>
            refuse(conversation, noting, noLongerValid, InteractionEnd.Refused({ reason }))
          )
        )
      }

      const run = ({ command, envelope }: Extract<Interaction, { _tag: "Run" }>, respond: Respond) => {
        const feature = features.commands.get(command.name)
        return feature === undefined
          ? turnDown("command", envelope, respond, "UnknownCommand")
          : Effect.flatMap(
              errandOf(() => feature.errand(command)),
              errand => carryOut("command", errand, envelope, converse(envelope), respond)
            )
      }

      const press = (
        { action, envelope, pressed }: Extract<Interaction, { _tag: "Press" }>,
        respond: Respond
      ) =>
        Option.match(action, {
          onNone: () => turnDown("button", envelope, respond, "ForeignButton"),
          onSome: ours =>
            Effect.flatMap(
              errandOf(() => features.press(ours)),
              errand =>
                carryOut("button", errand, envelope, converse(envelope, Option.some(pressed)), respond)
            )
        })

      const suggest = (
        { command, envelope, focused }: Extract<Interaction, { _tag: "Autocomplete" }>,
        respond: Respond
      ) => {
        const feature = features.commands.get(command.name)
        const suggestions =
          feature?.suggest === undefined
            ? Effect.succeed({ choices: [], end: InteractionEnd.Success() })
            : feature.suggest(envelope.userId, command, focused)
        return instrumentation(
          {
            type: "autocomplete",
            name: feature === undefined ? "other" : command.name,
            interactionId: envelope.id,
            respond
          },
          measured =>
            Effect.flatMap(suggestions, ({ choices, end }) =>
              Effect.as(measured(FirstAnswer.Suggestions({ choices })), end)
            ).pipe(orSay(measured(FirstAnswer.Suggestions({ choices: [] }))))
        )
      }

      const handle = (interaction: Interaction, respond: Respond): Effect.Effect<unknown> =>
        Interaction.$match(interaction, {
          Ping: () => Effect.ignoreLogged(respond(FirstAnswer.Pong())),
          Other: ({ envelope }) => turnDown("command", envelope, respond, "UnknownInteraction"),
          Run: interaction => run(interaction, respond),
          Press: interaction => press(interaction, respond),
          Autocomplete: interaction => suggest(interaction, respond)
        })

      /** Starts to handle Discord's JSON, and returns at once with the fiber that does so. */
      const accept = (raw: unknown, respond: Respond): Effect.Effect<Fiber.Fiber<unknown>> =>
        Either.match(decodeInteraction(raw), {
          onLeft: error =>
            Effect.annotateLogs(Effect.logError("interaction_failure"), {
              malformed: faultyPlaces(error)
            }).pipe(Effect.as(Fiber.void)),
          onRight: interaction => Effect.sync(() => fork(handle(interaction, respond)))
        })

      return { accept }
    })
  }
) {}

/** An errand that a defect keeps from being made ends as one that a defect ends: with a sentence, a span and a metric. */
const errandOf = (make: () => Errand): Effect.Effect<Errand> =>
  Effect.catchAllDefect(Effect.sync(make), defect =>
    Effect.succeed<Errand>({
      name: "other",
      acknowledged: "thinking",
      limit: "button",
      isRecovered: false,
      deed: Option.none(),
      run: () => Effect.die(defect)
    })
  )
