import { Duration, Effect, Layer, Option } from "effect"
import { Outbox } from "../../ports/Outbox.ts"
import { delayOf } from "../../domain/Job.ts"
import type { Job } from "../../domain/Job.ts"
import type { Taken } from "../../ports/Outbox.ts"
import { currentTraceparent } from "../../telemetry/traceContext.ts"
import { Process, runs } from "./Process.ts"
import { requestText, textOf } from "./State.ts"
import type { QueuedJob, State } from "./State.ts"
import { Tables } from "./Tables.ts"

/** A job that a running process keeps longer than this, without an end, goes back into the queue. */
const heldFor = Duration.toMillis("15 minutes")

/** The jobs of a process that ended go back into the queue at once, whether it crashed or not. */
export const layer: Layer.Layer<Outbox, never, Tables | Process> = Layer.effect(
  Outbox,
  Effect.gen(function* () {
    const tables = yield* Tables
    const { id: holder } = yield* Process

    const take = (kind: Job["_tag"], most: number): Effect.Effect<ReadonlyArray<Taken>> =>
      Effect.gen(function* () {
        const change = yield* tables.nextChange
        const taken = yield* tables.change((state, now) =>
          taking(withLostJobsBack(state, now), now, kind, most, holder)
        )
        if (taken.length > 0) return taken
        const wait = yield* tables.read((state, now) => untilDue(state, kind, now))
        yield* Option.match(wait, {
          onNone: () => change,
          onSome: due => Effect.raceFirst(change, Effect.sleep(due))
        })
        return yield* take(kind, most)
      })

    /** Replaces a job by what is left of it; does nothing if the job went back into the queue meanwhile. */
    const settle = (taken: Taken, rest: (job: QueuedJob, now: number) => ReadonlyArray<QueuedJob>) =>
      tables.update((state, now) => ({
        ...state,
        jobs: state.jobs.flatMap(job =>
          String(job.id) === taken.id && Option.isSome(job.held) && job.tries === taken.triesBefore
            ? rest(job, now)
            : [job]
        )
      }))

    return {
      together: work => work,

      put: (jobs, after = Duration.zero) =>
        Effect.flatMap(currentTraceparent, traceparent =>
          tables.update((state, now) => {
            const added = jobs.map((job, index): QueuedJob => {
              const firstAfter = delayOf(job, after)
              return {
                id: state.lastJob + 1 + index,
                job,
                traceparent,
                createdAt: now,
                firstAfter,
                startAfter: now + firstAfter,
                tries: 0,
                failures: 0,
                held: Option.none()
              }
            })
            return { ...state, jobs: [...state.jobs, ...added], lastJob: state.lastJob + jobs.length }
          })
        ),

      take: (kind, most) => (most < 1 ? Effect.succeed([]) : take(kind, most)),

      done: taken => settle(taken, () => []),

      again: (taken, after) =>
        settle(taken, (job, now) => [
          {
            ...triedOnceMore(job),
            failures: job.failures + 1,
            startAfter: now + Math.round(Duration.toMillis(after))
          }
        ]),

      release: kind =>
        tables.update(state => ({
          ...state,
          jobs: state.jobs.map(job =>
            job.job._tag === kind && Option.exists(job.held, ({ by }) => by === holder)
              ? triedOnceMore(job)
              : job
          )
        })),

      backlog: tables.read(({ jobs }, now) => {
        const waiting = jobs.filter(({ job }) => job._tag === "Deliver")
        const oldest = Math.min(now, ...waiting.map(({ createdAt }) => createdAt))
        return { waiting: waiting.length, oldest: Duration.millis(now - oldest) }
      })
    }
  })
)

const triedOnceMore = (job: QueuedJob): QueuedJob => ({ ...job, tries: job.tries + 1, held: Option.none() })

/** The state with the jobs of ended processes, and those held for too long, back in the queue. */
const withLostJobsBack = (state: State, now: number): State => {
  const isLost = ({ held }: QueuedJob) =>
    Option.exists(held, ({ by, since }) => !runs(state, by) || since <= now - heldFor)
  return state.jobs.some(isLost)
    ? { ...state, jobs: state.jobs.map(job => (isLost(job) ? triedOnceMore(job) : job)) }
    : state
}

const taking = (
  state: State,
  now: number,
  kind: Job["_tag"],
  most: number,
  by: number
): readonly [ReadonlyArray<Taken>, State] => {
  const lines = Map.groupBy(
    state.jobs.filter(({ job }) => job._tag === kind),
    lineOf
  )
  const heads = [...lines.values()]
    .flatMap(line => Option.toArray(headOf(line, now)))
    .toSorted((one, other) => one.id - other.id)
    .slice(0, most)
  if (heads.length === 0) return [[], state]
  const ids = new Set(heads.map(({ id }) => id))
  const held = Option.some({ by, since: now })
  const jobs = state.jobs.map(job => (ids.has(job.id) ? { ...job, held } : job))
  return [heads.map(job => takenAt(job, now)), { ...state, jobs }]
}

/** A line is a queue of its own: its jobs run one at a time. */
const lineOf = ({ id, job }: QueuedJob): string =>
  job._tag === "Deliver" ? textOf(requestText(job.request), job.audience) : String(id)

/** The job of a line that may run now. A job that was tried goes before all others of its line, and they wait for it. */
const headOf = (line: ReadonlyArray<QueuedJob>, now: number): Option.Option<QueuedJob> => {
  if (line.some(({ held }) => Option.isSome(held))) return Option.none()
  const tried = line.filter(({ tries }) => tries > 0)
  return Option.fromNullable((tried.length > 0 ? tried : line).find(({ startAfter }) => startAfter <= now))
}

const takenAt = (job: QueuedJob, now: number): Taken => ({
  id: String(job.id),
  job: job.job,
  triesBefore: job.tries,
  failuresBefore: job.failures,
  firstAfter: Duration.millis(job.firstAfter),
  age: Duration.millis(Math.max(0, now - job.createdAt - job.firstAfter)),
  traceparent: job.traceparent
})

/** How long until the next job can be taken, if nothing changes before that. */
const untilDue = ({ jobs }: State, kind: Job["_tag"], now: number): Option.Option<Duration.Duration> => {
  const moments = jobs
    .filter(({ job }) => job._tag === kind)
    .map(({ held, startAfter }) =>
      Option.match(held, { onNone: () => startAfter, onSome: ({ since }) => since + heldFor })
    )
    .filter(moment => moment > now)
  return moments.length === 0 ? Option.none() : Option.some(Duration.millis(Math.min(...moments) - now))
}
