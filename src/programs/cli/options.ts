import { Args, Options } from "@effect/cli"
import { DateTime, Effect, Option, Schema } from "effect"
import type { ParseResult } from "effect"
import { UserId, CommunityId } from "../../domain/Ids.ts"
import { NotificationId } from "../../domain/Notification.ts"
import { wrongUsage } from "./Ended.ts"
import type { Ended } from "./Ended.ts"

export const json = Options.boolean("json").pipe(Options.withDescription("Print JSON"))

export const personId = Args.text({ name: "discord-id" }).pipe(
  Args.withDescription("A Discord user id, 15 to 20 digits")
)

export const notificationId = Args.text({ name: "id" }).pipe(
  Args.withDescription("The id of a notification, as `notifications list` prints it")
)

export const guild = Options.text("guild").pipe(
  Options.withDescription("A Discord server, by its id: for trials, instead of all"),
  Options.optional
)

/** Of whatever is listed: so much is held in memory before the first line is printed. */
const mostListed = 100_000

export const limit = (unlessTold: number) =>
  Options.integer("limit").pipe(
    Options.withDescription(`How many, newest first, 1 to ${mostListed}; ${unlessTold} unless told`),
    Options.withDefault(unlessTold)
  )

export const decodeLimit = (given: number): Effect.Effect<number, Ended> =>
  given >= 1 && given <= mostListed
    ? Effect.succeed(given)
    : Effect.fail(wrongUsage(`--limit has to be 1 to ${mostListed}`))

/**
 * JavaScript takes nearly anything for a date, and many of its dates are none for PostgreSQL: here one has to be written
 * out, from 1970 to 9999.
 */
export const decodeSince = (given: string): Effect.Effect<DateTime.Utc, Ended> =>
  Option.match(
    Option.filter(
      DateTime.make(given),
      ({ epochMillis }) => isWrittenOut.test(given) && epochMillis >= 0 && epochMillis <= lastMoment
    ),
    {
      onNone: () =>
        Effect.fail(wrongUsage("--since is no moment: one such as 2026-01-31T10:00:00Z is expected")),
      onSome: since => Effect.succeed(DateTime.toUtc(since))
    }
  )

const isWrittenOut = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/
const lastMoment = Date.UTC(9999, 11, 31)

/** Ids of another shape are named as such, before anything is looked up. */
export const decodePerson = decoder(UserId, "is no Discord user id: 15 to 20 digits are expected")
export const decodeNotification = decoder(NotificationId, "is no notification id: a UUID is expected")
export const decodeGuild = decoder(CommunityId, "is no Discord server id: up to 20 digits are expected")

function decoder<A>(schema: Schema.Schema<A, string>, problem: string) {
  return (given: string): Effect.Effect<A, Ended> =>
    Effect.mapError(Schema.decode(schema)(given), (_: ParseResult.ParseError) =>
      wrongUsage(`"${given}" ${problem}`)
    )
}
