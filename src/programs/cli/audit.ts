import { Command, Options } from "@effect/cli"
import { DateTime, Effect, Option, Schema } from "effect"
import { RequestCode } from "../../domain/Ids.ts"
import { AuditLog } from "../../ports/AuditLog.ts"
import type { AuditFilter, AuditRecord } from "../../ports/AuditLog.ts"
import type { StoreUnavailable } from "../../ports/StoreUnavailable.ts"
import { auditing } from "./auditing.ts"
import * as options from "./options.ts"
import { plain, print, printJson, table } from "./output.ts"

const text = (name: string, description: string) =>
  Options.text(name).pipe(Options.withDescription(description), Options.optional)

const filters = {
  actor: text("actor", "A Discord user id, operator, mochi or bot"),
  action: text("action", "kudos, approve, reject, deliver, webhook, privacy_delete, …"),
  request: text("request", "The code of a transfer request"),
  person: text(
    "person",
    "A Discord user id: what this person did, and what was done about them; also once erased"
  ),
  since: text("since", "A date or time such as 2026-01-31 or 2026-01-31T10:00:00Z")
}

const limit = options.limit(100)

const filterOf = Effect.fnUntraced(function* (
  values: {
    readonly [Name in keyof typeof filters]: Option.Option<string>
  }
) {
  const filter: AuditFilter = {
    actor: values.actor,
    action: values.action,
    requestCode: Option.flatMap(values.request, Schema.decodeOption(RequestCode)),
    person: yield* Effect.transposeMapOption(values.person, options.decodePerson),
    since: yield* Effect.transposeMapOption(values.since, options.decodeSince),
    before: Option.none()
  }
  return filter
})

const list = Command.make("list", { ...filters, limit, json: options.json }, ({ json, limit, ...values }) =>
  Effect.gen(function* () {
    const most = yield* options.decodeLimit(limit)
    const records = yield* (yield* AuditLog).list(yield* filterOf(values), most)
    if (json) return yield* printJson(records.map(toJson))
    if (records.length === 0) return yield* print("No entries")
    yield* print(
      table(
        ["AT", "ACTOR", "ACTION", "REQUEST", "OUTCOME", "TRACE"],
        records.map(each => [
          DateTime.formatIso(each.at),
          plain(each.actor),
          plain(each.action),
          plain(
            Option.match(each.request, {
              onNone: () => "",
              onSome: ({ applicationId, code }) => `${code} (${applicationId})`
            })
          ),
          plain(each.outcome),
          Option.getOrElse(each.traceId, () => "")
        ])
      )
    )
  }).pipe(auditing("audit_list"))
).pipe(Command.withDescription("List who did what, newest first"))

const pageSize = 1000

const exportAll = Command.make("export", filters, values =>
  Effect.gen(function* () {
    const audit = yield* AuditLog
    const filter = yield* filterOf(values)
    const pageAfter = (before: Option.Option<number>): Effect.Effect<void, StoreUnavailable> =>
      Effect.gen(function* () {
        const page = yield* audit.list({ ...filter, before }, pageSize)
        yield* Effect.forEach(page, record => print(JSON.stringify(toJson(record))), { discard: true })
        const oldest = page.at(-1)
        if (page.length === pageSize && oldest !== undefined) yield* pageAfter(Option.some(oldest.id))
      })
    yield* pageAfter(Option.none())
  }).pipe(auditing("audit_export"))
).pipe(Command.withDescription("Print all entries that match as JSON, one a line, newest first"))

export const audit = Command.make("audit").pipe(
  Command.withDescription("Who did what, with which outcome"),
  Command.withSubcommands([list, exportAll])
)

const toJson = (each: AuditRecord) => ({
  id: each.id,
  at: DateTime.formatIso(each.at),
  actor: each.actor,
  action: each.action,
  request_code: Option.getOrNull(Option.map(each.request, ({ code }) => code)),
  app_id: Option.getOrNull(Option.map(each.request, ({ applicationId }) => applicationId)),
  outcome: each.outcome,
  trace_id: Option.getOrNull(each.traceId),
  subject: Option.getOrNull(each.subject)
})
