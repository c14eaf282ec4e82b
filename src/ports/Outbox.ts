import { Context } from "effect"
import type { Duration, Effect, Option } from "effect"
import type { Delay, Job, JobKind } from "../domain/Job.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

export interface Taken {
  readonly id: string
  readonly job: Job
  /** Tries before this one, including those that ended with their process. */
  readonly triesBefore: number
  /** How many of those failed by themselves: a try that ended with its process says nothing about the job. */
  readonly failuresBefore: number
  /** From storing the job until a worker could first take it. */
  readonly firstAfter: Duration.Duration
  /** Since a worker could first take the job. */
  readonly age: Duration.Duration
  /** W3C trace context of the work that stored the job. */
  readonly traceparent: Option.Option<string>
}

/** The `Deliver` jobs that are not done, including those in flight. */
interface Backlog {
  readonly waiting: number
  /** Age of the oldest job; zero if none waits. */
  readonly oldest: Duration.Duration
}

export class Outbox extends Context.Tag("mochi/ports/Outbox")<
  Outbox,
  {
    /**
     * Within the caller's transaction, the jobs of one kind as one statement; they carry the current span. `after`: delay
     * until a worker may take them, or each of them.
     */
    readonly put: (jobs: ReadonlyArray<Job>, after?: Delay) => Effect.Effect<void, StoreUnavailable>
    /** Work within one transaction: all jobs that it puts go into the queue at its end, those of one kind as one statement. */
    readonly together: <A, E, R>(work: Effect.Effect<A, E, R>) => Effect.Effect<A, E | StoreUnavailable, R>
    /**
     * Waits until there is work, then takes up to `most` jobs, never two with the same key. They belong to this process
     * until `done`, `again` or `release`, for 15 minutes at most; the jobs of a crashed process return after some 12 s.
     */
    readonly take: (kind: JobKind, most: number) => Effect.Effect<ReadonlyArray<Taken>, StoreUnavailable>
    /** Within the caller's transaction. Changes nothing if another process has the job by now. */
    readonly done: (taken: Taken) => Effect.Effect<void, StoreUnavailable>
    /** Puts the job back, as failed; later jobs with the same key wait behind it. */
    readonly again: (taken: Taken, after: Duration.Duration) => Effect.Effect<void, StoreUnavailable>
    /**
     * Puts the jobs back that this process took and has not settled, at once and with their try counted: for a worker that
     * stops while the process goes on, after it interrupted its work on them. The end of the process does the same.
     */
    readonly release: (kind: JobKind) => Effect.Effect<void, StoreUnavailable>
    readonly backlog: Effect.Effect<Backlog, StoreUnavailable>
  }
>() {}
