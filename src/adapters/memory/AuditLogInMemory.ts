import { DateTime, Effect, Layer, Option, Schema } from "effect"
import { WorkStart } from "../../context/WorkStart.ts"
import type { Start } from "../../context/WorkStart.ts"
import { UserId } from "../../domain/Ids.ts"
import { AuditLog } from "../../ports/AuditLog.ts"
import type { AuditEntry, AuditFilter, AuditRecord } from "../../ports/AuditLog.ts"
import { startOfWork, wasErased } from "./fence.ts"
import { erasedId, pseudonymOf } from "./pseudonym.ts"
import type { State } from "./State.ts"
import { Tables } from "./Tables.ts"

export const layer: Layer.Layer<AuditLog, never, Tables> = Layer.effect(
  AuditLog,
  Effect.gen(function* () {
    const tables = yield* Tables
    return {
      record: entry =>
        Effect.flatMap(WorkStart, start =>
          tables.update((state, now) => withEntry(state, now, start, entry))
        ),
      list: (filter, most) =>
        tables.read(({ audit }) => audit.filter(matches(filter)).toReversed().slice(0, most))
    }
  })
)

export const withEntry = (
  state: State,
  now: number,
  start: Option.Option<Start>,
  entry: AuditEntry
): State => {
  const isErased = isPerson(entry.actor) && wasErased(state, startOfWork(state, now, start), [entry.actor])
  const record: AuditRecord = {
    ...entry,
    id: state.audit.length + 1,
    at: DateTime.unsafeMake(now),
    actor: isErased ? erasedId(entry.actor) : entry.actor,
    subject: Option.map(Option.fromNullable(entry.subject), pseudonymOf)
  }
  return { ...state, audit: [...state.audit, record] }
}

const isPerson = Schema.is(UserId)

const matches =
  (filter: AuditFilter) =>
  (record: AuditRecord): boolean =>
    allows(filter.actor, actor => record.actor === actor) &&
    allows(filter.action, action => record.action === action) &&
    allows(filter.requestCode, code => Option.exists(record.request, key => key.code === code)) &&
    allows(
      filter.person,
      id =>
        record.actor === id ||
        record.actor === erasedId(id) ||
        Option.contains(record.subject, pseudonymOf(id))
    ) &&
    allows(filter.since, since => DateTime.greaterThanOrEqualTo(record.at, since)) &&
    allows(filter.before, id => record.id < id)

/** A part that the filter leaves out allows everything. */
const allows = <A>(part: Option.Option<A>, holds: (value: A) => boolean): boolean =>
  Option.match(part, { onNone: () => true, onSome: holds })
