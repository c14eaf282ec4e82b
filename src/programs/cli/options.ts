import { Args, Options } from "@effect/cli"
import { DateTime, Effect, Option, Schema } from "effect"
import type { ParseResult } from "effect"
import { UserId, CommunityId } from "../../domain/Ids.ts"
import { NotificationId } from "../../domain/Notification.ts"
import { wrongUsage } from "./CommandEnd.ts"
import type { CommandEnd } from "./CommandEnd.ts"

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

/** Entries of one list: the process holds them all in memory before it prints the first line. */
const mostListed = 100_000

export const limit = (fallback: number) =>
  Options.integer("limit").pipe(
    Options.withDescription(`How many, newest first, 1 to ${mostListed}; ${fallback} by default`),
    Options.withDefault(fallback)
  )

export const decodeLimit = (number: number): Effect.Effect<number, CommandEnd> =>
  number >= 1 && number <= mostListed
    ? Effect.succeed(number)
    : Effect.fail(wrongUsage(`--limit has to be 1 to ${mostListed}`))

/**
 * JavaScript accepts nearly anything as a date, and PostgreSQL refuses many of those: so the operator has to write one out
 * in full, from 1970 to 9999.
 */
export const decodeSince = (text: string): Effect.Effect<DateTime.Utc, CommandEnd> =>
  Option.match(
    Option.filter(
      DateTime.make(text),
      ({ epochMillis }) => isWrittenOut.test(text) && epochMillis >= 0 && epochMillis <= lastMoment
    ),
    {
      onNone: () =>
        Effect.fail(wrongUsage("--since is no moment: one such as 2026-01-31T10:00:00Z is expected")),
      onSome: since => Effect.succeed(DateTime.toUtc(since))
    }
  )

const isWrittenOut = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/
const lastMoment = Date.UTC(9999, 11, 31)

/** An id in another form fails here, before any look-up. */
export const decodePerson = decoder(UserId, "is no Discord user id: 15 to 20 digits are expected")
export const decodeNotification = decoder(NotificationId, "is no notification id: a UUID is expected")
export const decodeGuild = decoder(CommunityId, "is no Discord server id: up to 20 digits are expected")

function decoder<A>(schema: Schema.Schema<A, string>, problem: string) {
  return (text: string): Effect.Effect<A, CommandEnd> =>
    Effect.mapError(Schema.decode(schema)(text), (_: ParseResult.ParseError) =>
      wrongUsage(`"${text}" ${problem}`)
    )
}
