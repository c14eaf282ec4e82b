import { DateTime, Duration, Effect, Layer, Option } from "effect"
import { randomUUID } from "node:crypto"
import { NotificationId } from "../../domain/Notification.ts"
import type { Notification } from "../../domain/Notification.ts"
import { NotificationLog } from "../../ports/NotificationLog.ts"
import { requestText } from "./State.ts"
import { Tables } from "./Tables.ts"

/** Only delivered notifications are deleted, and only then. */
const deletedAfter = Duration.toMillis("90 days")

export const layer: Layer.Layer<NotificationLog, never, Tables> = Layer.effect(
  NotificationLog,
  Effect.gen(function* () {
    const tables = yield* Tables

    /** Changes the notifications that it is about, and returns them as they are now. */
    const changeAll = (
      isMeant: (notification: Notification) => boolean,
      change: (notification: Notification) => Partial<Notification>
    ) =>
      tables.change((state, now) => {
        const updatedAt = DateTime.unsafeMake(now)
        const meant = new Map(
          state.notifications
            .filter(isMeant)
            .map(each => [each.id, { ...each, ...change(each), updatedAt }] as const)
        )
        const notifications = state.notifications.map(each => meant.get(each.id) ?? each)
        return [[...meant.values()], { ...state, notifications }]
      })

    const first = Effect.map((all: ReadonlyArray<Notification>) => Option.fromNullable(all[0]))

    return {
      add: (request, about, due) =>
        tables.change((state, now) => {
          const at = DateTime.unsafeMake(now)
          const isThere = (audience: Notification["audience"]) =>
            state.notifications.some(
              each =>
                requestText(each.request) === requestText(request) &&
                each.audience === audience &&
                each.about === about
            )
          const added = due
            .filter(({ audience }) => !isThere(audience))
            .map(
              ({ audience, kind }): Notification => ({
                id: NotificationId.make(randomUUID()),
                request,
                audience,
                kind,
                about,
                state: "pending",
                reason: Option.none(),
                attempts: 0,
                createdAt: at,
                updatedAt: at
              })
            )
          return [added, { ...state, notifications: [...state.notifications, ...added] }]
        }),

      reopen: (request, about, audience) =>
        first(
          changeAll(
            each =>
              requestText(each.request) === requestText(request) &&
              each.audience === audience &&
              each.about === about &&
              each.state === "delivered",
            () => ({ state: "pending" })
          )
        ),

      find: id =>
        tables.read(({ notifications }) => Option.fromNullable(notifications.find(each => each.id === id))),

      list: (state, most) =>
        tables.read(({ notifications }) =>
          notifications
            .filter(each => Option.match(state, { onNone: () => true, onSome: is => each.state === is }))
            .toReversed()
            .slice(0, most)
        ),

      count: state =>
        tables.read(({ notifications }) => notifications.filter(each => each.state === state).length),

      settle: (id, state, reason) =>
        Effect.map(
          changeAll(
            each => each.id === id,
            () => ({ state, reason })
          ),
          ([settled]) =>
            settled === undefined
              ? Duration.zero
              : Duration.millis(
                  DateTime.toEpochMillis(settled.updatedAt) - DateTime.toEpochMillis(settled.createdAt)
                )
        ),

      revive: id =>
        changeAll(
          each =>
            each.state === "dead" && Option.match(id, { onNone: () => true, onSome: is => each.id === is }),
          () => ({ state: "pending" })
        ),

      prune: tables.update((state, now) => {
        const isOld = (at: DateTime.Utc) => DateTime.toEpochMillis(at) < now - deletedAfter
        const notifications = state.notifications.filter(
          each => !(each.state === "delivered" && isOld(each.createdAt) && isOld(each.updatedAt))
        )
        return { ...state, notifications }
      })
    }
  })
)
