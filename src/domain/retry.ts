import { Option } from "effect"

/** How a try ended. `Lost`: no connection, a broken one, or no answer within the try's own time. */
export type TryEnd =
  | { readonly _tag: "Lost" }
  | {
      readonly _tag: "Status"
      readonly status: number
      /** How long the answer asks to wait, if it does. */
      readonly retryAfterMillis: Option.Option<number>
    }

export interface RetryPosition {
  /** Tries made so far, the one that just ended included. */
  readonly tries: number
  /** Retries, not tries. */
  readonly maxRetries: number
  /** Until the caller's deadline. */
  readonly remainingMillis: number
  /** From 0 up to, without, 1. */
  readonly random: number
}

const firstBackoffMillis = 250
const longestBackoffMillis = 4_000

/** 408, 429 and 5xx are about the moment; any other answer would be the same again. */
export const isPassing = (status: number): boolean =>
  status === 408 || status === 429 || (status >= 500 && status <= 599)

/**
 * Milliseconds until the next try; none if there is nothing to gain, or if the wait would end past the deadline.
 * Doubling backoff, of which a random half is left out so that callers do not return together; never before the moment
 * that the answer asked for.
 */
export const retryDelay = (end: TryEnd, position: RetryPosition): Option.Option<number> => {
  if (position.tries > position.maxRetries) return Option.none()
  if (end._tag === "Status" && !isPassing(end.status)) return Option.none()
  const backoff = Math.min(longestBackoffMillis, firstBackoffMillis * 2 ** (position.tries - 1))
  const jittered = backoff * (0.5 + position.random / 2)
  const retryAfter = end._tag === "Status" ? Option.getOrElse(end.retryAfterMillis, () => 0) : 0
  const delay = Math.ceil(retryAfter > 0 ? retryAfter + jittered : jittered)
  return delay < position.remainingMillis ? Option.some(delay) : Option.none()
}
