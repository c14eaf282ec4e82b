import { Effect } from "effect"
import type { FirstAnswer } from "../../domain/Screen.ts"
import { FirstAnswer as First } from "../../domain/Screen.ts"
import type { Conversation } from "../features/Conversation.ts"
import { still } from "../features/Conversation.ts"
import { brokeOff, failed } from "../features/failures.ts"
import { InteractionEnd } from "../features/InteractionEnd.ts"
import type { Respond } from "./conversation.ts"
import type { Handler, Handling } from "./instrumentation.ts"

/**
 * Runs what an interaction asks for. After a defect the person reads a sentence with the reference, in the place where they
 * look: instead of the acknowledgement, instead of "is thinking", or under the card that they pressed.
 */
export const lastWord = (conversation: Conversation, respond: Respond, handler: Handler): Handling =>
  Effect.suspend(() => {
    let acknowledged: FirstAnswer["_tag"] | undefined
    const noting: Respond = first =>
      Effect.tap(respond(first), () =>
        Effect.sync(() => {
          acknowledged = first._tag
        })
      )
    const say = Effect.gen(function* () {
      const screen = yield* failed(conversation.words, brokeOff)
      switch (acknowledged) {
        case undefined:
          return yield* respond(First.Answer({ screen }))
        case "Thinking":
          return yield* conversation.replace(still(screen))
        case "Unchanged":
          return yield* conversation.add(screen)
        case "Answer":
        case "Suggestions":
        case "Pong":
          // The person has the whole answer already.
          return
      }
    })
    return Effect.suspend(() => handler(noting)).pipe(orSay(say))
  })

/** Tells the person after a defect, if that is still possible. */
export const orSay =
  <E>(say: Effect.Effect<void, E>) =>
  <E2>(handling: Effect.Effect<InteractionEnd, E2>): Effect.Effect<InteractionEnd, E | E2> =>
    Effect.catchAllDefect(handling, defect =>
      Effect.logError("An interaction went wrong", defect).pipe(
        Effect.zipRight(say),
        Effect.catchAllDefect(again => Effect.logError("The person could not be told either", again)),
        Effect.as(InteractionEnd.Failed({ errorType: "Defect" }))
      )
    )
