import { Data, Either, Option } from "effect"
import type { TryEnd } from "../../domain/retry.ts"
import { isPassing } from "../../domain/retry.ts"
import type { MochiError, MochiErrorReason } from "../../ports/MochiError.ts"
import { parseJson } from "../../domain/exactJson.ts"
import type { Decode } from "./wire.ts"

/** Why a body is not usable. */
export type BodyFault = "cut" | "late" | "too large" | "not text"

/** How one try ended. Only `NotSent` certainly did not reach Mochi. */
export type TryOutcome = Data.TaggedEnum<{
  Answered: {
    readonly status: number
    readonly retryAfterMillis: Option.Option<number>
    readonly body: Either.Either<string, BodyFault>
  }
  /** The connection failed. */
  NotSent: { readonly cause: unknown }
  /** The connection broke before a status arrived. */
  Lost: { readonly cause: unknown }
  /** No status arrived within the try's time. */
  Late: {}
}>
export const TryOutcome = Data.taggedEnum<TryOutcome>()

/** How a call reads its answers. */
export interface Reading<A> {
  readonly decode: Decode<A>
  /** The meaning of a 2xx without a usable body; none if the body is the answer. */
  readonly withoutBody: Option.Option<A>
  /** Statuses other than 2xx that are answers too. */
  readonly answers: Readonly<Record<number, A>>
}

type Verdict<A> = Data.TaggedEnum<{
  Usable: { readonly value: A; readonly unreadableRows: number }
  Unusable: Failure
}>

export interface Failure {
  readonly reason: MochiErrorReason
  readonly status: Option.Option<number>
  /** Whether this try may have done its work at Mochi. */
  readonly inDoubt: boolean
  /** The input of the retry policy; none if another try cannot help. */
  readonly retry: Option.Option<TryEnd>
  readonly cause: Option.Option<unknown>
}

/** A try without a usable answer, as its span records it. */
export class FailedTry extends Data.TaggedError("FailedTry")<{
  readonly failure: Failure
  readonly error: MochiError
}> {
  override get message(): string {
    return this.error.message
  }
}

/** The HTTP status, if one arrived. */
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
  const certain = { status: Option.some(status), inDoubt: false }
  if (status === 401 || status === 403) return unusable("Forbidden", certain)
  if (status === 404) return unusable("NotFound", certain)
  if (isPassing(status)) {
    const retry = Option.some<TryEnd>({ _tag: "Status", status, retryAfterMillis: answer.retryAfterMillis })
    return unusable("Unavailable", { ...certain, retry, inDoubt: status !== 429 })
  }
  if (status >= 400 && status <= 499) return unusable("Refused", certain)
  // Mochi promises no redirect; one may mean that the work is done
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

const unusable = (reason: MochiErrorReason, details: Partial<Failure>): Verdict<never> => ({
  _tag: "Unusable",
  reason,
  status: Option.none(),
  inDoubt: true,
  retry: Option.none(),
  cause: Option.none(),
  ...details
})
