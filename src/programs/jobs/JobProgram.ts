import type { Effect } from "effect"
import type { JobKind, JobOf } from "../../domain/Job.ts"
import type { Taken } from "../../ports/Outbox.ts"

/** How the worker runs the jobs of one kind. */
export interface JobProgram<Kind extends JobKind> {
  /** The name of the span around each try. */
  readonly span: string
  /** One try: it takes the job out of the queue, or puts it back. If it fails, the worker puts the job back. */
  readonly run: (taken: Taken, job: JobOf<Kind>) => Effect.Effect<void, unknown>
  /** Gives up a job that failed for too long, although nothing is wrong with the job itself. */
  readonly abandon: (taken: Taken, job: JobOf<Kind>, why: string) => Effect.Effect<void, unknown>
}
