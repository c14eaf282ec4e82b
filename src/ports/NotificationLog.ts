import { Context } from "effect"
import type { Duration, Effect, Option } from "effect"
import type { RequestKey } from "../domain/Ids.ts"
import type {
  Audience,
  DueNotification,
  Notification,
  NotificationId,
  NotificationState
} from "../domain/Notification.ts"
import type { RequestStatus } from "../domain/RequestStatus.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** Who was to hear what, and what became of it. */
export class NotificationLog extends Context.Tag("mochi/ports/NotificationLog")<
  NotificationLog,
  {
    /** One a request, audience and status: what is there already is left out of the answer. */
    readonly add: (
      request: RequestKey,
      about: RequestStatus,
      notificationsFor: ReadonlyArray<DueNotification>
    ) => Effect.Effect<ReadonlyArray<Notification>, StoreUnavailable>
    /** Makes a delivered one pending again, because what it shows is out of date; none where there is none. */
    readonly reopen: (
      request: RequestKey,
      about: RequestStatus,
      audience: Audience
    ) => Effect.Effect<Option.Option<Notification>, StoreUnavailable>
    readonly find: (id: NotificationId) => Effect.Effect<Option.Option<Notification>, StoreUnavailable>
    /** Newest first, `most` of them at most. */
    readonly list: (
      state: Option.Option<NotificationState>,
      most: number
    ) => Effect.Effect<ReadonlyArray<Notification>, StoreUnavailable>
    readonly count: (state: NotificationState) => Effect.Effect<number, StoreUnavailable>
    /** Counts a try, before it is made; none where nothing is pending any more. */
    readonly attempt: (id: NotificationId) => Effect.Effect<Option.Option<Notification>, StoreUnavailable>
    /** Since when it was to be heard, by the store's clock. */
    readonly settle: (
      id: NotificationId,
      state: NotificationState,
      reason: Option.Option<string>
    ) => Effect.Effect<Duration.Duration, StoreUnavailable>
    /** Dead ones, all or the one of that id, wait for their delivery again; those that did, each for one caller. */
    readonly revive: (
      id: Option.Option<NotificationId>
    ) => Effect.Effect<ReadonlyArray<Notification>, StoreUnavailable>
    /** Forgets what was delivered 90 days ago; what is dead stays, since it can be replayed. */
    readonly prune: Effect.Effect<void, StoreUnavailable>
  }
>() {}
