/**
 * A person's ids stand in columns of their own, and in free text where somebody typed them. A table or column that is
 * added has to be added here: a test searches the whole database for the ids of somebody who was erased.
 */
import { SqlClient } from "@effect/sql"
import { Array as Arr, Effect, Layer, Schema } from "effect"
import { ProfileId } from "../../domain/Ids.ts"
import type { DiscordUserId } from "../../domain/Ids.ts"
import { PersonalData } from "../../ports/PersonalData.ts"
import type { ErasedRows, Identity } from "../../ports/PersonalData.ts"
import { erasedPrefix } from "./columns.ts"
import { erasures } from "./personalDataErasure.ts"
import { addressedTo, namedIn, partiesOf, requestTables } from "./personRows.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { asStoreUnavailable } from "./storeErrors.ts"

export const layer: Layer.Layer<PersonalData, never, SqlClient.SqlClient | Pseudonyms> = Layer.effect(
  PersonalData,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const pseudonyms = yield* Pseudonyms

    /** Whole rows, so that a column that is added is exported by itself. */
    const json = (table: string) => sql`jsonb_strip_nulls(to_jsonb(${sql(table)}))`

    return {
      profilesOf: Effect.fn("PersonalData.profilesOf")(function* (id: DiscordUserId) {
        const found = yield* Effect.forEach(
          requestTables.flatMap(table => partiesOf[table].map(party => [table, party] as const)),
          ([table, party]) =>
            Effect.flatMap(
              sql`select distinct ${sql(`${party}_profile_id`)} as profile from ${sql(table)}
                where ${sql(`${party}_discord_id`)} = ${id}
                  and not starts_with(${sql(`${party}_profile_id`)}, ${erasedPrefix})`,
              decodeProfiles
            )
        )
        return Arr.dedupe(found.flat().map(({ profile }) => profile))
      }, asStoreUnavailable("PersonalData.profilesOf")),

      rowsOf: Effect.fn("PersonalData.rowsOf")(function* (person: Identity) {
        const id = person.discordUserId
        const hash = pseudonyms.of(id)
        const tables = yield* Effect.all({
          people: sql`select ${json("people")} as row from people where discord_user_id = ${id}`,
          // The token is the bot's key to an answer, and the holder one of its processes: neither is about the person.
          interactions: sql`select ${json("interactions")} - 'token' - 'holder' as row from interactions
            where user_id = ${id} order by received_at`,
          kudos_intents: sql`select ${json("kudos_intents")} - 'holder' as row from kudos_intents
            where ${namedIn(sql, "kudos_intents", person)} order by stored_at`,
          transfer_requests: sql`select ${json("transfer_requests")} as row from transfer_requests
            where ${namedIn(sql, "transfer_requests", person)} order by created_at`,
          shown_messages: sql`select ${json("shown_messages")} as row from shown_messages
            where ${addressedTo(sql, "shown_messages", person)} order by begun_at`,
          notifications: sql`select ${json("notifications")} as row from notifications
            where ${addressedTo(sql, "notifications", person)} order by created_at`,
          audit_log: sql`select ${json("audit_log")} as row from audit_log
            where actor = ${id} or subject = ${hash} order by audit_log.id`,
          rate_limits: sql`select ${json("rate_limits")} as row from rate_limits where person = ${hash}`,
          usage_activity: sql`select ${json("usage_activity")} as row from usage_activity
            where person = ${hash} order by day`
        })
        return Object.fromEntries(
          Object.entries(tables).map(([table, rows]) => [table, rows.map(({ row }) => row)])
        )
      }, asStoreUnavailable("PersonalData.rowsOf")),

      erase: Effect.fn("PersonalData.erase")(function* (person: Identity) {
        return yield* sql.withTransaction(
          Effect.gen(function* () {
            yield* allowErasure("on")
            const counts = yield* Effect.forEach(erasures(sql, pseudonyms, person), ({ statement, table }) =>
              Effect.map(statement, rows => [table, rows.length] as const)
            )
            yield* allowErasure("off")
            return totals(counts)
          })
        )
      }, asStoreUnavailable("PersonalData.erase"))
    }

    /** Until the end of the transaction, the audit log lets an actor be replaced. */
    function allowErasure(state: "on" | "off") {
      return sql`select set_config('mochi.erasure', ${state}, true)`
    }
  })
)

const decodeProfiles = Schema.decodeUnknown(Schema.Array(Schema.Struct({ profile: ProfileId })))

const totals = (counts: ReadonlyArray<readonly [table: string, rows: number]>): ErasedRows => {
  const sums: Record<string, number> = {}
  for (const [table, rows] of counts) sums[table] = (sums[table] ?? 0) + rows
  return sums
}
