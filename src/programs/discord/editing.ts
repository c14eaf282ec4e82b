/**
 * Edits an interaction's answer. Every try draws the newest state, and the state is read again once Discord has the edit: an
 * edit that was slow, or had to be repeated, must not put an older state over a newer one.
 */
import { Data, Duration, Effect, Option } from "effect"
import type { Context } from "effect"
import type { AnswerAddress, AnswerError, Messenger } from "../../ports/Messenger.ts"
import { NotEdited } from "../features/Conversation.ts"
import type { Drawing } from "../features/Conversation.ts"
import { persistently } from "./persistently.ts"

/** How long Discord honours an interaction's token. */
export const tokenLives = Duration.minutes(15)

/** A state that changes faster than it can be shown is left to the outbox. */
const mostRedrawings = 5

/** Returns the last drawing that Discord took. Dies if Discord refuses the body: that is a fault of ours. */
export const editAnswer = Effect.fnUntraced(function* <A extends Drawing, E, R>(
  messenger: Context.Tag.Service<Messenger>,
  answer: { readonly address: AnswerAddress; readonly files?: ReadonlyArray<File> },
  first: A,
  newest: Effect.Effect<A, E, R>
) {
  const send = ({ screen }: A) => messenger.replaceAnswer(answer.address, screen, answer.files)
  let shown = yield* put(send, first, newest)
  for (let count = 0; count < mostRedrawings; count++) {
    const now = yield* Effect.option(newest)
    if (Option.isNone(now) || now.value.shows === shown.shows) break
    const redrawn = yield* Effect.option(put(send, now.value, newest))
    if (Option.isNone(redrawn)) break
    shown = redrawn.value
  }
  return shown
})

/** The newest state cannot be read at the moment. */
class NotDrawn extends Data.TaggedError("NotDrawn")<{}> {}

const put = <A extends Drawing, E, R>(
  send: (drawing: A) => Effect.Effect<void, AnswerError>,
  first: A,
  newest: Effect.Effect<A, E, R>
): Effect.Effect<A, NotEdited, R> =>
  Effect.suspend(() => {
    const drawings = newestAfter(first, newest)
    return Effect.tap(drawings, drawing => Effect.tapError(send(drawing), reportDelay)).pipe(
      persistently<AnswerError | NotDrawn>(
        error => (error._tag === "NotDrawn" ? Option.some(Duration.zero) : requestedPause(error)),
        tokenLives
      )
    )
  }).pipe(
    Effect.catchAll(error => {
      if (error._tag === "NotDrawn") return new NotEdited({ code: Option.none() })
      return error.reason === "Unfit"
        ? Effect.dieMessage("Discord refuses the body of an answer")
        : new NotEdited({ code: error.code })
    })
  )

/** The first drawing once, and from then on the newest. */
const newestAfter = <A, E, R>(first: A, newest: Effect.Effect<A, E, R>): Effect.Effect<A, NotDrawn, R> => {
  let isFirst = true
  return Effect.suspend(() => {
    if (!isFirst) return Effect.mapError(newest, () => new NotDrawn())
    isFirst = false
    return Effect.succeed(first)
  })
}

const reportDelay = ({ detail }: AnswerError) =>
  Effect.annotateLogs(Effect.logWarning("Discord did not take an answer"), { reason: detail })

/** How long to wait before another try; none if Discord says that another try is no use. */
export const requestedPause = ({ pauseMillis, reason }: AnswerError): Option.Option<Duration.Duration> =>
  reason === "Passing" ? Option.some(Duration.millis(pauseMillis)) : Option.none()
