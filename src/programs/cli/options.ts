import { Args, Options } from "@effect/cli"
import { Effect, Schema } from "effect"
import type { ParseResult } from "effect"
import { DiscordUserId, GuildId } from "../../domain/Ids.ts"
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

/** Ids of another shape are named as such, before anything is looked up. */
export const decodePerson = decoder(DiscordUserId, "is no Discord user id: 15 to 20 digits are expected")
export const decodeNotification = decoder(NotificationId, "is no notification id: a UUID is expected")
export const decodeGuild = decoder(GuildId, "is no Discord server id: up to 20 digits are expected")

function decoder<A>(schema: Schema.Schema<A, string>, problem: string) {
  return (given: string): Effect.Effect<A, Ended> =>
    Effect.mapError(Schema.decode(schema)(given), (_: ParseResult.ParseError) =>
      wrongUsage(`"${given}" ${problem}`)
    )
}
