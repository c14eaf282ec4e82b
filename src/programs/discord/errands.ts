/** One errand from its claim to its record: acknowledged first, carried out afterwards, once across replicas. */
import { DateTime, Duration, Effect, Fiber, Option } from "effect"
import { startedBy } from "../../context/WorkStart.ts"
import { FirstAnswer } from "../../domain/Screen.ts"
import { Claim } from "../../domain/Claim.ts"
import { Claims } from "../../ports/Claims.ts"
import { Messenger } from "../../ports/Messenger.ts"
import type { InteractionType } from "../../telemetry/metrics.ts"
import { still } from "../features/Conversation.ts"
import type { Conversation } from "../features/Conversation.ts"
import { askAgain, failed, neverSent, somethingWentWrong, tooOften } from "../features/failures.ts"
import type { Wording } from "../features/failures.ts"
import type { Errand } from "../features/Feature.ts"
import { InteractionEnd } from "../features/InteractionEnd.ts"
import { makeAcknowledgedFirst } from "./acknowledgedFirst.ts"
import { conclusionOf } from "./conclusion.ts"
import { think } from "./conversation.ts"
import type { Respond } from "./conversation.ts"
import type { Envelope } from "./decode.ts"
import { instrumentation } from "./instrumentation.ts"
import type { Handling } from "./instrumentation.ts"
import { lastWord } from "./lastWord.ts"

/** Discord waits three seconds for an acknowledgement: if the claim takes this long, the person reads that it failed. */
const claimsWithin = Duration.millis(1500)

/** A shutdown waits no longer for the record of an interaction. */
const concludesWithin = Duration.seconds(3)

/** The time between the interruption of unfinished work and the end of the process. */
const askedAgainWithin = Duration.seconds(2)

/** Part of the router, which drains what `inBackground` starts. */
export const makeErrands = Effect.fnUntraced(function* (
  inBackground: (work: Effect.Effect<void>) => Effect.Effect<unknown>
) {
  const messenger = yield* Messenger
  const claims = yield* Claims
  const { afterOthers, arrived } = yield* makeAcknowledgedFirst

  const refuse = Effect.fnUntraced(function* (
    { words }: Conversation,
    respond: Respond,
    wording: Wording,
    end: InteractionEnd
  ) {
    yield* respond(FirstAnswer.Answer({ screen: yield* failed(words, wording) }))
    return end
  })

  const acknowledgeAndRun = (
    { acknowledged, isRecovered, run }: Errand,
    envelope: Envelope,
    conversation: Conversation,
    respond: Respond
  ): Handling => {
    const work = Effect.zipRight(afterOthers, run(conversation))
    if (acknowledged === "unchanged") return Effect.zipRight(respond(FirstAnswer.Unchanged()), work)
    const failure = failed(conversation.words, isRecovered ? neverSent : somethingWentWrong)
    const whole = Effect.flatMap(failure, screen => think(messenger, respond, envelope, screen)).pipe(
      Effect.zipRight(work)
    )
    return isRecovered ? whole : orAskAgain(conversation, whole)
  }

  /** Claims the interaction and its run, then runs it; the process that comes second stays silent. */
  const onceAndInTime = (
    errand: Errand,
    envelope: Envelope,
    conversation: Conversation,
    respond: Respond
  ): Handling =>
    claims.claim({ ...envelope, awaitsAnswer: errand.isRecovered, limit: errand.limit }).pipe(
      Effect.timeout(claimsWithin),
      Effect.matchEffect({
        // The claim may be stored all the same.
        onFailure: ({ _tag }) =>
          refuse(conversation, respond, somethingWentWrong, InteractionEnd.Failed({ errorType: _tag })),
        onSuccess: Claim.$match({
          Ours: () => acknowledgeAndRun(errand, envelope, conversation, respond),
          DeliveredTwice: () => Effect.succeed(InteractionEnd.Refused({ reason: "DeliveredTwice" })),
          TooOften: ({ until }) =>
            refuse(
              conversation,
              respond,
              tooOften(DateTime.toEpochMillis(until)),
              InteractionEnd.Refused({ reason: "RateLimited" })
            )
        })
      })
    )

  /** Nobody waits for the record. From then on no other process needs to answer in this one's place. */
  const ended = (errand: Errand, envelope: Envelope) => (end: InteractionEnd) =>
    inBackground(
      Effect.flatMap(conclusionOf(envelope, errand, end), claims.conclude).pipe(
        Effect.timeout(concludesWithin),
        Effect.catchAllCause(cause =>
          Effect.annotateLogs(Effect.logError("audit_failed", cause), {
            action: errand.name,
            interaction: envelope.id
          })
        )
      )
    )

  const carryOut = (
    type: InteractionType,
    errand: Errand,
    envelope: Envelope,
    conversation: Conversation,
    respond: Respond
  ) =>
    instrumentation(
      {
        type,
        name: errand.name,
        interactionId: envelope.id,
        request: Option.flatMapNullable(errand.deed, ({ request }) => request),
        respond
      },
      measured =>
        Effect.suspend(() => {
          const acknowledged = arrived()
          const counting: Respond = first => Effect.ensuring(measured(first), Effect.sync(acknowledged))
          return lastWord(conversation, counting, noting =>
            onceAndInTime(errand, envelope, conversation, noting)
          ).pipe(Effect.ensuring(Effect.sync(acknowledged)))
        }),
      ended(errand, envelope)
    ).pipe(startedBy({ _tag: "Interaction", id: envelope.id }))

  return { carryOut, refuse }
})

/** No other process takes this work over: a person who still waits for it when this one ends is asked to try again. */
const orAskAgain = (conversation: Conversation, work: Handling): Handling =>
  Effect.onInterrupt(work, () =>
    Effect.flatMap(failed(conversation.words, askAgain), screen => conversation.replace(still(screen))).pipe(
      Effect.timeout(askedAgainWithin),
      Effect.interruptible,
      // In a fiber of its own: in this one, which is being interrupted already, the timeout would have no effect.
      Effect.forkDaemon,
      Effect.flatMap(Fiber.await)
    )
  )
