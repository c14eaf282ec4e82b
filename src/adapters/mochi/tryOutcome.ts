import { Data, Either, Option } from "effect"
import type { TryEnd } from "../../domain/retry.ts"
import { isPassing } from "../../domain/retry.ts"
import type { MochiError, MochiErrorReason } from "../../ports/MochiError.ts"
import { parseJson } from "../../domain/exactJson.ts"
import type { Decode } from "./wire.ts"

/** Why the body behind a status could not be used. */
export type BodyFault = "cut" | "late" | "too large" | "not text"

/** How one try ended. Only `NotSent` is known to have left Mochi untouched. */
export type TryOutcome = Data.TaggedEnum<{
  Answered: {
    readonly status: number
    readonly retryAfterMillis: Option.Option<number>
    readonly body: Either.Either<string, BodyFault>
  }
  /** No connection came about. */
  NotSent: { readonly cause: unknown }
  /** The connection broke before a status came. */
  Lost: { readonly cause: unknown }
  /** No status within the try's time. */
  Late: {}
}>
export const TryOutcome = Data.taggedEnum<TryOutcome>()

/** How a call reads its answers. */
export interface Reading<A> {
  readonly decode: Decode<A>
  /** What a 2xx means whose body is of no use; none where the body is the answer. */
  readonly withoutBody: Option.Option<A>
  /** A status other than 2xx that is an answer too. */
  readonly answers: Readonly<Record<number, A>>
}

export type Verdict<A> = Data.TaggedEnum<{
  Usable: { readonly value: A; readonly unreadableRows: number }
  Unusable: Failure
}>

export interface Failure {
  readonly reason: MochiErrorReason
  readonly status: Option.Option<number>
  /** Whether this try may have done its work at Mochi. */
  readonly inDoubt: boolean
  /** What the retry policy judges; none where another try would be no use. */
  readonly retry: Option.Option<TryEnd>
  readonly cause: Option.Option<unknown>
}

/** A try that gave nothing that can be used, as its span tells of it. */
export class FailedTry extends Data.TaggedError("FailedTry")<{
  readonly failure: Failure
  readonly error: MochiError
}> {
  override get message(): string {
    return this.error.message
  }
}

/** The HTTP status, where one came. */
export const statusOf = (outcome: TryOutcome): Option.Option<number> =>
  outcome._tag === "Answered" ? Option.some(outcome.status) : Option.none()

export const judge = <A>(reading: Reading<A>, outcome: TryOutcome): Verdict<A> => {
  switch (outcome._tag) {
    case "Answered":
      return judgeAnswer(reading, outcome)
    case "NotSent":
      return unusable("Unavailable", { retry: lost, inDoubt: false, cause: Option.some(outcome.cause) })
    case "Lost":
      return unusable("Unavailable", { retry: lost, cause: Option.some(outcome.cause) })
    case "Late":
      return unusable("TimedOut", { retry: lost })
  }
}

const lost: Option.Option<TryEnd> = Option.some({ _tag: "Lost" })

const judgeAnswer = <A>(
  reading: Reading<A>,
  answer: Extract<TryOutcome, { readonly _tag: "Answered" }>
): Verdict<A> => {
  const { status } = answer
  const answered = Option.fromNullable(reading.answers[status])
  if (Option.isSome(answered)) return usable(answered.value)
  if (status >= 200 && status <= 299) return judgeBody(reading, answer)
  const known = { status: Option.some(status), inDoubt: false }
  if (status === 401 || status === 403) return unusable("Forbidden", known)
  if (status === 404) return unusable("NotFound", known)
  if (isPassing(status)) {
    const retry = Option.some<TryEnd>({ _tag: "Status", status, retryAfterMillis: answer.retryAfterMillis })
    return unusable("Unavailable", { ...known, retry, inDoubt: status !== 429 })
  }
  if (status >= 400 && status <= 499) return unusable("Refused", known)
  // a redirect may stand for work that was done; nobody promised one
  return unusable("Undecodable", { status: Option.some(status) })
}

const judgeBody = <A>(
  reading: Reading<A>,
  answer: Extract<TryOutcome, { readonly _tag: "Answered" }>
): Verdict<A> => {
  const decoded = Either.getRight(answer.body).pipe(Option.flatMap(parseJson), Option.flatMap(reading.decode))
  if (Option.isSome(decoded)) return { _tag: "Usable", ...decoded.value }
  if (Option.isSome(reading.withoutBody)) return usable(reading.withoutBody.value)
  const status = Option.some(answer.status)
  const fault = Option.getOrUndefined(Either.getLeft(answer.body))
  if (fault === "cut") return unusable("Unavailable", { status, retry: lost })
  if (fault === "late") return unusable("TimedOut", { status, retry: lost })
  return unusable("Undecodable", { status })
}

const usable = <A>(value: A): Verdict<A> => ({ _tag: "Usable", value, unreadableRows: 0 })

const unusable = (reason: MochiErrorReason, known: Partial<Failure>): Verdict<never> => ({
  _tag: "Unusable",
  reason,
  status: Option.none(),
  inDoubt: true,
  retry: Option.none(),
  cause: Option.none(),
  ...known
})
