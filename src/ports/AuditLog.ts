import { Context } from "effect"
import type { DateTime, Effect, Option } from "effect"
import type { UserId, RequestCode, RequestKey, TraceId } from "../domain/Ids.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

export interface AuditEntry {
  /** A Discord user id, `mochi` for its webhooks, `operator` for the command line, `bot` for what it does by itself. */
  readonly actor: string
  /** A closed word: `kudos`, `approve`, `reject`, `deliver`, `privacy_export`, `commands_sync`, … */
  readonly action: string
  readonly request: Option.Option<RequestKey>
  readonly outcome: string
  readonly traceId: Option.Option<TraceId>
  /** Whom it is about, where that is not the actor. Stored as a pseudonym. */
  readonly subject?: UserId
}

/** As stored: the actor may read `erased:` and a keyed hash by now, and the subject is a pseudonym. */
export interface AuditRecord {
  /** Grows with every entry. */
  readonly id: number
  readonly at: DateTime.Utc
  readonly actor: string
  readonly action: string
  readonly request: Option.Option<RequestKey>
  readonly outcome: string
  readonly traceId: Option.Option<TraceId>
  readonly subject: Option.Option<string>
}

/** Every part that is given has to match. */
export interface AuditFilter {
  readonly actor: Option.Option<string>
  readonly action: Option.Option<string>
  readonly requestCode: Option.Option<RequestCode>
  /** What the person did or what was done about them, their erasure included. */
  readonly person: Option.Option<UserId>
  readonly since: Option.Option<DateTime.Utc>
  /** Entries older than the one with this id. */
  readonly before: Option.Option<number>
}

/** Who did what, with which outcome. Append-only. */
export class AuditLog extends Context.Tag("mochi/ports/AuditLog")<
  AuditLog,
  {
    readonly record: (entry: AuditEntry) => Effect.Effect<void, StoreUnavailable>
    /** Newest first, `most` at the most. */
    readonly list: (
      filter: AuditFilter,
      most: number
    ) => Effect.Effect<ReadonlyArray<AuditRecord>, StoreUnavailable>
  }
>() {}
