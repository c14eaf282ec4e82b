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

/** The notifications for each audience, and how they ended. */
export class NotificationLog extends Context.Tag("mochi/ports/NotificationLog")<
  NotificationLog,
  {
    /** One per request, audience and status. Returns only the new ones. */
    readonly add: (
      request: RequestKey,
      about: RequestStatus,
      notificationsFor: ReadonlyArray<DueNotification>
    ) => Effect.Effect<ReadonlyArray<Notification>, StoreUnavailable>
    /** Makes a delivered one pending again, because its message is out of date; none if there is none. */
    readonly reopen: (
      request: RequestKey,
      about: RequestStatus,
      audience: Audience
    ) => Effect.Effect<Option.Option<Notification>, StoreUnavailable>
    readonly find: (id: NotificationId) => Effect.Effect<Option.Option<Notification>, StoreUnavailable>
    /** Newest first, at most `most`. */
    readonly list: (
      state: Option.Option<NotificationState>,
      most: number
    ) => Effect.Effect<ReadonlyArray<Notification>, StoreUnavailable>
    readonly count: (state: NotificationState) => Effect.Effect<number, StoreUnavailable>
    /** Returns how long it waited for its delivery, by the store's clock. */
    readonly settle: (
      id: NotificationId,
      state: NotificationState,
      reason: Option.Option<string>
    ) => Effect.Effect<Duration.Duration, StoreUnavailable>
    /** Makes dead ones pending again, all or the one with that id. Returns those, each to one caller only. */
    readonly revive: (
      id: Option.Option<NotificationId>
    ) => Effect.Effect<ReadonlyArray<Notification>, StoreUnavailable>
    /** Forgets those delivered 90 days ago. Dead ones stay, since an operator can replay them. */
    readonly prune: Effect.Effect<void, StoreUnavailable>
  }
>() {}
