/**
 * A person's ids are in columns of their own, and in free text if somebody typed them. Add every new table or column here:
 * a test searches the whole database for the ids of an erased person.
 */
import * as SqlClient from "@effect/sql/SqlClient"
import { Chunk, DateTime, Effect, Layer, Schema, Stream } from "effect"
import { UserId, ProfileId } from "../../domain/Ids.ts"
import { PersonalData } from "../../ports/PersonalData.ts"
import type { Identity, UnfinishedErasure } from "../../ports/PersonalData.ts"
import { erasedPrefix, instant } from "./columns.ts"
import { retryingConflicts } from "./conflicts.ts"
import { fenceLockSeed } from "./erasedSince.ts"
import { inBatches } from "./inBatches.ts"
import { eraseAll } from "./personalDataErasure.ts"
import { exportSelects } from "./personalExport.ts"
import { Lookout } from "./Lookout.ts"
import { pagedRows } from "./pagedRows.ts"
import { hasAny, idsOf, partiesOf, requestTables, storedAt } from "./personRows.ts"
import type { RequestTable, Whose } from "./personRows.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { asStoreUnavailable, storeUnavailable } from "./storeErrors.ts"

/** Nobody links more profiles; the store finds rows with the Discord id without them. */
const mostProfiles = 10

/** Erasures tried at once. Retries come soon at first, then at a pace that costs Mochi little. */
const triedAtOnce = 10
/** By then the process that took the request is done, or gone; two processes at it do no harm. */
const firstTryAfter = "15 seconds"
const longestPauseSeconds = 30

/** Mochi may repeat a webhook for about as long; no other work that began before an erasure lives longer. */
const keptErasedFor = "35 days"

export const layer: Layer.Layer<PersonalData, never, SqlClient.SqlClient | Pseudonyms> = Layer.effect(
  PersonalData,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const pseudonyms = yield* Pseudonyms
    const { watch } = yield* Lookout
    const someDue = yield* watch("exists (select from unfinished_erasures where next_try_at <= now())")

    const whose = (person: Identity): Whose => ({
      ...person,
      mark: pseudonyms.erased(person.userId)
    })

    /** Profile and Discord id of every party of the rows with the id, one row per party. */
    const pairs = (table: RequestTable, id: string) =>
      sql`select party.profile, party.discord, ${sql(storedAt[table])} as at from ${sql(table)},
          lateral (values ${sql.csv(
            partiesOf[table].map(
              party => sql`(${sql(`${table}.${party}_profile_id`)}, ${sql(`${table}.${party}_discord_id`)})`
            )
          )}) as party (profile, discord)
        where ${hasAny(sql, table, [id])}`
    const allPairs = (id: string) =>
      sql.join(" union all ", false)(requestTables.map(table => pairs(table, id)))

    const wasLinkedLater = (id: UserId, { at, profile }: typeof Linked.Type) =>
      Effect.map(
        sql`select from (${allPairs(profile)}) as pair
          where profile = ${profile} and discord <> ${id} and not starts_with(discord, ${erasedPrefix})
            and at > ${DateTime.toDate(at)} limit 1`,
        rows => rows.length > 0
      )

    /** Waits for the writers that did not see it. Each in a transaction of its own, so that nobody waits for it in turn. */
    const fence = (id: string, moment: Date) =>
      retryingConflicts(
        sql.withTransaction(
          Effect.zipRight(
            sql`select pg_advisory_xact_lock(hashtextextended(${pseudonyms.of(id)}, ${fenceLockSeed}))`,
            sql`insert into erasures (person, erased_at)
              values (${pseudonyms.of(id)}, ${moment})
              on conflict (person) do update set erased_at = greatest(erasures.erased_at, excluded.erased_at)`
          )
        )
      )

    return {
      profilesOf: Effect.fnUntraced(function* (id: UserId) {
        const linked = yield* decodeLinked(
          yield* sql`select profile, max(at) as at from (${allPairs(id)}) as pair
            where discord = ${id} and not starts_with(profile, ${erasedPrefix})
            group by profile order by 2 desc limit ${mostProfiles}`
        )
        const theirs = yield* Effect.filter(linked, pair =>
          Effect.map(wasLinkedLater(id, pair), later => !later)
        )
        return theirs.map(({ profile }) => profile)
      }, asStoreUnavailable("PersonalData.profilesOf")),

      rowsOf: (person: Identity) =>
        Object.entries(exportSelects(sql, pseudonyms, whose(person))).map(([table, select]) => ({
          table,
          rows: pagedRows(sql, select).pipe(
            Stream.mapChunksEffect(rows => Effect.map(decodeRows(rows), Chunk.fromIterable)),
            Stream.map(({ row }) => row),
            Stream.mapError(error => storeUnavailable("PersonalData.rowsOf", error))
          )
        })),

      beginErasure: Effect.fnUntraced(function* (person: Identity) {
        const [erasure] = yield* decodeUnfinished(
          yield* sql`insert into unfinished_erasures as stored (discord_user_id, profile_ids, asked_at, next_try_at)
            values (${person.userId}, ${person.profileIds}::text[], ${thisMillisecond(sql)},
              clock_timestamp() + ${firstTryAfter}::interval)
            on conflict (discord_user_id) do update set asked_at = excluded.asked_at, tries = 0,
              next_try_at = excluded.next_try_at,
              profile_ids = array(select distinct unnest(stored.profile_ids || excluded.profile_ids))
            returning discord_user_id, profile_ids, asked_at`
        )
        return erasure ?? (yield* Effect.dieMessage("An insert returned no row"))
      }, asStoreUnavailable("PersonalData.beginErasure")),

      erase: Effect.fnUntraced(function* (erasure: UnfinishedErasure) {
        yield* Effect.forEach(idsOf(erasure), id => fence(id, DateTime.toDate(erasure.askedAt)))
        return yield* eraseAll(sql, pseudonyms, whose(erasure), erasure.askedAt)
      }, asStoreUnavailable("PersonalData.erase")),

      endErasure: Effect.fnUntraced(function* (erasure: UnfinishedErasure) {
        yield* sql`delete from unfinished_erasures where discord_user_id = ${erasure.userId}
          and asked_at <= ${DateTime.toDate(erasure.askedAt)}`
      }, asStoreUnavailable("PersonalData.endErasure")),

      unfinishedErasures: Effect.gen(function* () {
        if (!(yield* someDue)) return []
        return yield* decodeUnfinished(
          yield* sql`update unfinished_erasures set tries = tries + 1,
            next_try_at = clock_timestamp() + least(2 ^ least(tries + 1, 10), ${longestPauseSeconds}) * interval '1 second'
            where discord_user_id in (select discord_user_id from unfinished_erasures
              where next_try_at <= now() order by next_try_at limit ${triedAtOnce} for update skip locked)
            returning discord_user_id, profile_ids, asked_at`
        )
      }).pipe(asStoreUnavailable("PersonalData.unfinishedErasures")),

      wasErasedSince: Effect.fnUntraced(function* (id: UserId, moment: DateTime.Utc) {
        const since = DateTime.toDate(moment)
        const rows = yield* sql`
          select from erasures where person = ${pseudonyms.of(id)} and erased_at >= ${since}
          union all
          select from unfinished_erasures where discord_user_id = ${id} and asked_at >= ${since}`
        return rows.length > 0
      }, asStoreUnavailable("PersonalData.wasErasedSince")),

      prune: inBatches(
        most => sql`delete from erasures where ctid = any(array(
          select ctid from erasures where erased_at < now() - ${keptErasedFor}::interval
          order by erased_at limit ${most} for update skip locked
        )) returning 1`
      ).pipe(asStoreUnavailable("PersonalData.prune"))
    }
  })
)

/** Rounded up, so that this process, which counts in milliseconds, has the same moment. */
const thisMillisecond = (sql: SqlClient.SqlClient) =>
  sql`date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond'`

const Linked = Schema.Struct({ profile: ProfileId, at: instant })
const decodeLinked = Schema.decodeUnknown(Schema.Array(Linked))

const decodeRows = (rows: Chunk.Chunk<unknown>) =>
  Schema.decodeUnknown(Schema.Array(Schema.Struct({ row: Schema.String })))(Chunk.toReadonlyArray(rows))

const decodeUnfinished = Schema.decodeUnknown(
  Schema.Array(
    Schema.Struct({
      userId: Schema.propertySignature(UserId).pipe(Schema.fromKey("discord_user_id")),
      profileIds: Schema.propertySignature(Schema.Array(ProfileId)).pipe(Schema.fromKey("profile_ids")),
      askedAt: Schema.propertySignature(instant).pipe(Schema.fromKey("asked_at"))
    })
  )
)
