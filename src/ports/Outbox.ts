import { Context } from "effect"
import type { Duration, Effect, Option } from "effect"
import type { RequestKey } from "../domain/Ids.ts"
import type { Audience, NotificationId } from "../domain/Notification.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** Work that outlives the process. */
export type Job =
  /** Bring what one audience sees of a request up to date. Jobs of one request and audience run in order. */
  | {
      readonly _tag: "Deliver"
      readonly notification: NotificationId
      readonly request: RequestKey
      readonly audience: Audience
    }
  /** Ask Mochi how a request stands. `attempt` counts the answers that were still pending. */
  | { readonly _tag: "AskMochi"; readonly request: RequestKey; readonly attempt: number }

export interface Taken {
  readonly id: string
  readonly job: Job
  /** Tries before this one, those included that ended with their process. */
  readonly triesBefore: number
  /** Of those, how many failed by themselves: what ended with its process says nothing of the job. */
  readonly failuresBefore: number
  /** From storing until the job could first be taken. */
  readonly firstAfter: Duration.Duration
  /** Since the job could first be taken. */
  readonly age: Duration.Duration
  /** W3C trace context of whoever put it here. */
  readonly traceparent: Option.Option<string>
}

/** Of the `Deliver` jobs that are not done, those being tried included. */
export interface Backlog {
  readonly waiting: number
  /** Since it was put; zero where none waits. */
  readonly oldest: Duration.Duration
}

export class Outbox extends Context.Tag("mochi/ports/Outbox")<
  Outbox,
  {
    /** Within the caller's transaction; the current span goes with the job. `after`: not before so long from now. */
    readonly put: (
      jobs: ReadonlyArray<Job>,
      after?: Duration.Duration
    ) => Effect.Effect<void, StoreUnavailable>
    /**
     * Waits until there is work, then takes up to `most` jobs, of one request and audience never more than one. They
     * are this process's until `done`, `again` or `release`, a quarter of an hour at most; those of a process that
     * crashed return after some 12 s.
     */
    readonly take: (kind: Job["_tag"], most: number) => Effect.Effect<ReadonlyArray<Taken>, StoreUnavailable>
    /** Within the caller's transaction. Nothing happens where the job was taken from this process meanwhile. */
    readonly done: (taken: Taken) => Effect.Effect<void, StoreUnavailable>
    /** Back into the queue, as failed; what follows for the same request and audience waits behind it. */
    readonly again: (taken: Taken, after: Duration.Duration) => Effect.Effect<void, StoreUnavailable>
    /**
     * Back into the queue, at once and as tried, with what this process took and has not settled: for who stops taking
     * while the process goes on, after interrupting what worked on it. The end of the process does it too.
     */
    readonly release: (kind: Job["_tag"]) => Effect.Effect<void, StoreUnavailable>
    readonly backlog: Effect.Effect<Backlog, StoreUnavailable>
  }
>() {}
