import { Duration, Struct } from "effect"
import type { RequestKey } from "./Ids.ts"
import type { Audience, Notification, NotificationId } from "./Notification.ts"

/** Work that outlives the process that asks for it. */
export type Job =
  /** Bring what one audience sees of a request up to date. */
  | {
      readonly _tag: "Deliver"
      readonly notification: NotificationId
      readonly request: RequestKey
      readonly audience: Audience
    }
  /** Ask Mochi how a request stands. `attempt` counts the answers that were still pending. */
  | { readonly _tag: "AskMochi"; readonly request: RequestKey; readonly attempt: number }

export type JobKind = Job["_tag"]
export type JobOf<Kind extends JobKind> = Extract<Job, { readonly _tag: Kind }>

/** Where the jobs of one kind wait. The name is in the database: a released one never changes. */
export type JobQueue<Kind extends JobKind> =
  | { readonly name: string; readonly order: "any" }
  /** Of the jobs with one key, each is taken only when the one before it is done. */
  | {
      readonly name: string
      readonly order: "one at a time by key"
      readonly keyOf: (job: JobOf<Kind>) => string
    }

export const jobQueues: { readonly [Kind in JobKind]: JobQueue<Kind> } = {
  Deliver: {
    name: "deliver",
    order: "one at a time by key",
    keyOf: ({ audience, request }) => `${request.applicationId}:${request.code}:${audience}`
  },
  AskMochi: { name: "ask-mochi", order: "any" }
}

export const jobKinds: ReadonlyArray<JobKind> = Struct.keys(jobQueues)

export const isOfKind =
  <Kind extends JobKind>(kind: Kind) =>
  (job: Job): job is JobOf<Kind> =>
    job._tag === kind

/** The job that delivers this notification. */
export const deliveryOf = ({ audience, id, request }: Notification): JobOf<"Deliver"> => ({
  _tag: "Deliver",
  notification: id,
  request,
  audience
})

/** Until a worker may take jobs that are stored together: of all of them, or of each. */
export type Delay = Duration.Duration | ((job: Job) => Duration.Duration)

/** Whole milliseconds. */
export const delayOf = (job: Job, after: Delay): number =>
  Math.round(Duration.toMillis(Duration.isDuration(after) ? after : after(job)))
