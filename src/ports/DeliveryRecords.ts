import { Context } from "effect"
import type { Duration, Effect, Option, Redacted } from "effect"
import type { Notification, NotificationId } from "../domain/Notification.ts"
import type { TransferRequest } from "../domain/TransferRequest.ts"
import type { AuditEntry } from "./AuditLog.ts"
import type { Taken } from "./Outbox.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"
import type { LiveAnswer, Shown, StoredShown } from "./TransferRequests.ts"

/** An ephemeral answer about the request, and the token that edits it. `age`: since the interaction. */
export interface EditableAnswer {
  readonly view: LiveAnswer["view"]
  readonly token: Redacted.Redacted
  readonly age: Duration.Duration
}

/** All that one try of a delivery needs, as of one moment. */
export interface DeliveryTry {
  readonly notification: Notification
  readonly request: Option.Option<TransferRequest>
  /** The message that shows the request to this audience. */
  readonly shown: Option.Option<StoredShown>
  /** Oldest first. */
  readonly answers: ReadonlyArray<EditableAnswer>
}

export interface DeliveryEnd {
  readonly taken: Taken
  readonly notification: Notification
  readonly state: "delivered" | "dead"
  /** Why it is dead. */
  readonly reason: Option.Option<string>
  /** What the message shows from now on; none if that did not change. */
  readonly shown: Option.Option<Shown>
  readonly audit: AuditEntry
}

/** What a try of a delivery reads and stores: each in one round trip to the store, all of it or nothing. */
export class DeliveryRecords extends Context.Tag("mochi/ports/DeliveryRecords")<
  DeliveryRecords,
  {
    /** Counts a try before it starts; none if the notification is no longer pending. */
    readonly begin: (id: NotificationId) => Effect.Effect<Option.Option<DeliveryTry>, StoreUnavailable>
    /**
     * Settles the notification, stores what is shown, takes the job out of the outbox and records the end in the audit log.
     * Returns how long the notification waited, by the store's clock.
     */
    readonly end: (end: DeliveryEnd) => Effect.Effect<Duration.Duration, StoreUnavailable>
  }
>() {}
