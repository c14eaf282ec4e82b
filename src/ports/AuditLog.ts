import { Context } from "effect"
import type { DateTime, Effect, Option } from "effect"
import type { UserId, RequestCode, RequestKey, TraceId } from "../domain/Ids.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

export interface AuditEntry {
  /** A Discord user id, `mochi` for its webhooks, `operator` for the command line, `bot` for the bot itself. */
  readonly actor: string
  /** A closed word: `kudos`, `approve`, `reject`, `deliver`, `privacy_export`, `commands_sync`, … */
  readonly action: string
  readonly request: Option.Option<RequestKey>
  readonly outcome: string
  readonly traceId: Option.Option<TraceId>
  /** The person it is about, if that is not the actor. The store keeps a pseudonym. */
  readonly subject?: UserId
}

/** As stored: the actor of an erased person reads `erased:` and a keyed hash, and the subject is a pseudonym. */
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

/** A record has to match every part that is given. */
export interface AuditFilter {
  readonly actor: Option.Option<string>
  readonly action: Option.Option<string>
  readonly requestCode: Option.Option<RequestCode>
  /** Records by the person or about them, their erasure included. */
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
