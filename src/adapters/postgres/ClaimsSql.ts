import { SqlClient } from "@effect/sql"
import type { Statement } from "@effect/sql"
import { Duration, Effect, Layer, Option, Redacted, Schema } from "effect"
import { UserId, InteractionId } from "../../domain/Ids.ts"
import { Claims } from "../../ports/Claims.ts"
import type { ReceivedInteraction } from "../../ports/Claims.ts"
import { storable } from "./columns.ts"
import { retryingConflicts } from "./conflicts.ts"
import { inBatches } from "./inBatches.ts"
import { Lookout } from "./Lookout.ts"
import { hasLapsed, isRenewed, ProcessLease } from "./ProcessLease.ts"
import { heldByNobodyNow } from "./pulseStatement.ts"
import { tokenAlive, tokenDead } from "./tokenAlive.ts"
import { asStoreUnavailable } from "./storeErrors.ts"

/** After this the bot forgets an interaction and no longer answers it. */
const awaitedFor = "1 day"

/** Ages come from the database's clock, the one that all replicas share. */
export const layer: Layer.Layer<Claims, never, SqlClient.SqlClient | ProcessLease> = Layer.effect(
  Claims,
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const lease = yield* ProcessLease
    const { watch } = yield* Lookout
    const someAwait = yield* watch(
      `exists (select from interactions where awaits_answer and (taken_over or ${heldByNobodyNow("interactions.holder")}))`
    )

    /** Forgets what answered the interactions that it changes. An erasure takes these locks the other way round. */
    const withoutAnswers = (changing: Statement.Fragment) =>
      retryingConflicts(sql`with changed as (${changing} returning id),
        answers as (delete from live_answers where interaction_id = any(array(select id from changed)))
        select from changed`)

    return {
      claim: Effect.fnUntraced(function* (interaction: ReceivedInteraction) {
        const locale = Option.getOrNull(Option.map(interaction.locale, storable))
        const token = storable(Redacted.value(interaction.token))
        const holder = yield* lease.id
        const claimed = yield* sql`
          with claimed as (
            insert into interactions (id, user_id, token, locale, holder, awaits_answer)
            values (${interaction.id}, ${interaction.userId}, ${token}, ${locale}, ${holder},
              ${interaction.awaitsAnswer})
            on conflict (id) do nothing
            returning user_id, locale
          ), person as (
            insert into people (discord_user_id, locale)
            select user_id, locale from claimed where locale is not null
            on conflict (discord_user_id) do update set locale = excluded.locale, updated_at = now()
              where people.locale is distinct from excluded.locale
          )
          select 1 from claimed`
        return claimed.length > 0
      }, asStoreUnavailable("Claims.claim")),

      answered: Effect.fnUntraced(function* (id: InteractionId) {
        const holder = yield* lease.id
        // If this process's lease has lapsed, another process may take the interaction over and answer it.
        yield* sql`update interactions set awaits_answer = false
          where id = ${id} and holder = ${holder} and not taken_over and ${isRenewed(sql, holder)}`
      }, asStoreUnavailable("Claims.answered")),

      answeredForAnother: Effect.fnUntraced(function* (id: InteractionId) {
        yield* sql`update interactions set awaits_answer = false
          where id = ${id} and holder = ${yield* lease.id} and taken_over`
      }, asStoreUnavailable("Claims.answeredForAnother")),

      adopt: Effect.gen(function* () {
        if (!(yield* someAwait)) return []
        const holder = yield* lease.id
        const columns = sql`id, user_id, case when ${tokenAlive(sql)} then token end as token`
        const awaited = sql`awaits_answer and received_at > now() - ${awaitedFor}::interval`
        yield* retryingConflicts(sql`update interactions set holder = ${holder}, taken_over = true
          where ${awaited} and holder <> ${holder} and ${hasLapsed(sql, "interactions.holder", "received_at")}`)
        return yield* decodeAbandoned(
          yield* sql`select ${columns} from interactions where ${awaited} and holder = ${holder} and taken_over`
        )
      }).pipe(asStoreUnavailable("Claims.adopt")),

      liveToken: Effect.fnUntraced(function* (id: InteractionId) {
        const rows = yield* sql`
          select token, extract(epoch from clock_timestamp() - received_at)::float8 as age
          from interactions where id = ${id} and ${tokenAlive(sql)}`
        const [live] = yield* decodeTokens(rows)
        return Option.map(Option.fromNullable(live), ({ age, token }) => ({
          token,
          age: Duration.seconds(age)
        }))
      }, asStoreUnavailable("Claims.liveToken")),

      prune: Effect.gen(function* () {
        yield* inBatches(most =>
          withoutAnswers(sql`update interactions set token = null where ctid = any(array(
          select ctid from interactions where ${tokenDead(sql)}
            order by received_at limit ${most} for update skip locked
        ))`)
        )
        yield* inBatches(most =>
          withoutAnswers(sql`delete from interactions where ctid = any(array(
          select ctid from interactions where received_at < now() - ${awaitedFor}::interval
            order by received_at limit ${most} for update skip locked
        ))`)
        )
      }).pipe(asStoreUnavailable("Claims.prune"))
    }
  })
)

const decodeAbandoned = Schema.decodeUnknown(
  Schema.Array(
    Schema.Struct({
      id: InteractionId,
      userId: Schema.propertySignature(UserId).pipe(Schema.fromKey("user_id")),
      token: Schema.OptionFromNullOr(Schema.Redacted(Schema.String))
    })
  )
)

const decodeTokens = Schema.decodeUnknown(
  Schema.Array(Schema.Struct({ token: Schema.Redacted(Schema.String), age: Schema.Number }))
)
