import { Effect, Option, Schedule } from "effect"
import type { InteractionId } from "../../domain/Ids.ts"
import type { RequestStatus } from "../../domain/RequestStatus.ts"
import type { RequestFacts } from "../../domain/TransferRequest.ts"
import { KudosRequests } from "../../services/KudosRequests.ts"
import type { CreatedKudos } from "../../services/KudosRequests.ts"
import { kudosAnswer } from "../../views/notices.ts"
import { inSpan } from "../../telemetry/spans.ts"
import type { Words } from "../../words/Words.ts"
import type { Answers, Drawing } from "./Conversation.ts"

/** When the bot looks again for a request, if Mochi did not say whether it created it. */
const looksAgain = Schedule.fromDelays("5 seconds", "15 seconds", "45 seconds", "2 minutes", "5 minutes")

/** Answers to `/kudos` that show a request, here and after a restart. */
export class KudosAnswers extends Effect.Service<KudosAnswers>()("mochi/programs/KudosAnswers", {
  effect: Effect.gen(function* () {
    const requests = yield* KudosRequests

    /** Shows the stored request if there is one by now, and else this drawing. */
    const newest = ({ id, words }: { readonly id: InteractionId; readonly words: Words }, drawing: Drawing) =>
      Effect.map(requests.requestOf(id), request =>
        Option.match(
          Option.flatMap(request, ({ facts, status }) => Option.map(facts, facts => ({ facts, status }))),
          { onNone: () => drawing, onSome: ({ facts, status }) => requestDrawing(words, facts, status) }
        )
      )

    /** Answers the person whose request was stored a moment ago. */
    const showFresh = (answers: Answers, created: CreatedKudos) => {
      const drawing = createdDrawing(answers.words, created)
      return answers.replace(drawing, newest(answers, drawing))
    }

    /** Answers the person if a request may exist. */
    const show = Effect.fnUntraced(function* (answers: Answers, drawing: Drawing) {
      const now = newest(answers, drawing)
      yield* answers.replace(yield* Effect.orElseSucceed(now, () => drawing), now)
    })

    /** Edits the answer as soon as Mochi shows the request after all. */
    const keepLooking = Effect.fnUntraced(function* (answers: Answers) {
      const found = yield* requests
        .lookAgain(answers.id)
        .pipe(inSpan("kudos.look_again"), Effect.flatten, Effect.retry(looksAgain), Effect.option)
      if (Option.isSome(found)) yield* show(answers, createdDrawing(answers.words, found.value))
    })

    return { newest, show, showFresh, keepLooking }
  })
}) {}

export const createdDrawing = (words: Words, { intent, status }: CreatedKudos): Drawing =>
  requestDrawing(words, intent.facts, status)

const requestDrawing = (words: Words, facts: RequestFacts, status: RequestStatus): Drawing => ({
  screen: kudosAnswer(words, {
    facts,
    status,
    recipient: { userId: facts.recipient.userId, name: Option.none() }
  }),
  shows: status
})
