import { Args, Command, Options } from "@effect/cli"
import { Console, DateTime, Effect, Option } from "effect"
import type { Layer } from "effect"
import { NotificationState } from "../../domain/Notification.ts"
import type { Notification } from "../../domain/Notification.ts"
import { NotificationLog } from "../../ports/NotificationLog.ts"
import { DeadLetters } from "../../services/DeadLetters.ts"
import type { Audit } from "../../services/Audit.ts"
import { auditing } from "./auditing.ts"
import { failed, wrongUsage } from "./CommandEnd.ts"
import * as options from "./options.ts"
import { count, details, plain, print, printJson, table } from "./output.ts"

const state = Options.choice("state", NotificationState.literals).pipe(
  Options.withDescription("Only those in this state"),
  Options.optional
)

const limit = options.limit(1_000)

const list = Command.make("list", { state, limit, json: options.json }, ({ json, limit, state }) =>
  Effect.gen(function* () {
    const most = yield* options.decodeLimit(limit)
    // One more than the operator wants: it shows whether there are more.
    const upToOneMore = yield* (yield* NotificationLog).list(state, most + 1)
    const found = upToOneMore.slice(0, most)
    if (upToOneMore.length > most)
      yield* Console.error(
        `There are more than these ${most}: --limit says how many are listed, newest first`
      )
    if (json) return yield* printJson(found.map(toJson))
    if (found.length === 0) return yield* print("No notifications")
    yield* print(
      table(
        ["ID", "STATE", "KIND", "REQUEST", "ATTEMPTS", "CREATED", "REASON"],
        found.map(each => [
          each.id,
          each.state,
          each.kind,
          plain(`${each.request.code} (${each.request.applicationId})`),
          String(each.attempts),
          DateTime.formatIso(each.createdAt),
          plain(Option.getOrElse(each.reason, () => ""))
        ])
      )
    )
  }).pipe(auditing("notifications_list"))
).pipe(Command.withDescription("List notifications, newest first"))

const find = (text: string) =>
  Effect.gen(function* () {
    const id = yield* options.decodeNotification(text)
    const found = yield* (yield* NotificationLog).find(id)
    return Option.isSome(found) ? found.value : yield* failed(`There is no notification ${id}`)
  })

const show = Command.make("show", { id: options.notificationId, json: options.json }, ({ id, json }) =>
  Effect.gen(function* () {
    const found = toJson(yield* find(id))
    if (json) return yield* printJson(found)
    yield* print(details(Object.entries(found).map(([name, value]) => [name, plain(String(value ?? "-"))])))
  }).pipe(auditing("notifications_show"))
).pipe(Command.withDescription("Show one notification"))

const all = Options.boolean("all").pipe(Options.withDescription("All that are dead"))

const retry = Command.make(
  "retry",
  { id: Args.optional(options.notificationId), all, json: options.json },
  ({ all, id, json }) =>
    Effect.gen(function* () {
      if (all === Option.isSome(id)) return yield* wrongUsage("Say which: either an id, or --all")
      const one = Option.isSome(id) ? Option.some(yield* find(id.value)) : Option.none()
      const revived = yield* (yield* DeadLetters).replay(Option.map(one, notification => notification.id))
      if (json) return yield* printJson(revived.map(toJson))
      if (Option.isNone(one) || revived.length > 0)
        return yield* print(
          revived.length === 0
            ? "Nothing is dead"
            : `${count(revived.length, "notification")} will be tried again`
        )
      yield* print(
        one.value.state === "delivered"
          ? `${one.value.id} was delivered: there is nothing to retry`
          : `${one.value.id} is waiting for its delivery already`
      )
    }).pipe(auditing("notifications_retry"))
).pipe(Command.withDescription("Try dead notifications again: one, or --all; safe to repeat"))

/** Only `retry` needs the queue. */
export const notifications = <E1, E2>(
  stores: Layer.Layer<NotificationLog | Audit, E1>,
  queue: Layer.Layer<NotificationLog | DeadLetters | Audit, E2>
) =>
  Command.make("notifications").pipe(
    Command.withDescription("Messages to people: pending, delivered, or dead"),
    Command.withSubcommands([
      list.pipe(Command.provide(stores)),
      show.pipe(Command.provide(stores)),
      retry.pipe(Command.provide(queue))
    ])
  )

const toJson = (each: Notification) => ({
  id: each.id,
  kind: each.kind,
  state: each.state,
  request_code: each.request.code,
  app_id: each.request.applicationId,
  audience: each.audience,
  reason: Option.getOrNull(each.reason),
  attempts: each.attempts,
  created_at: DateTime.formatIso(each.createdAt),
  updated_at: DateTime.formatIso(each.updatedAt)
})
