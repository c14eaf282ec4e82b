import { Context } from "effect"
import type { Effect, Option } from "effect"
import type { RequestKey, TraceId } from "../domain/Ids.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

export interface AuditEntry {
  /** A Discord user id, `mochi` for its webhooks, `operator` for the command line, `bot` for what it does by itself. */
  readonly actor: string
  /** A closed word: `kudos`, `approve`, `reject`, `deliver`, `privacy_export`, `commands_sync`, … */
  readonly action: string
  readonly request: Option.Option<RequestKey>
  readonly outcome: string
  readonly traceId: Option.Option<TraceId>
}

/** Who did what, with which outcome. Append-only. */
export class AuditLog extends Context.Tag("mochi/ports/AuditLog")<
  AuditLog,
  { readonly record: (entry: AuditEntry) => Effect.Effect<void, StoreUnavailable> }
>() {}
