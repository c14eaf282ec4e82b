import * as SqlClient from "@effect/sql/SqlClient"
import type * as Statement from "@effect/sql/Statement"
import { Duration, Effect, Layer, Option, Redacted, Schema } from "effect"
import { UserId, InteractionId } from "../../domain/Ids.ts"
import { Settings } from "../../config/Settings.ts"
import { Claim } from "../../domain/Claim.ts"
import { Claims } from "../../ports/Claims.ts"
import type { Conclusion, ReceivedInteraction } from "../../ports/Claims.ts"
import { batched } from "../../context/batched.ts"
import { recording } from "./AuditLogSql.ts"
import { storable } from "./columns.ts"
import { retryingConflicts, storedNothing } from "./conflicts.ts"
import { inBatches } from "./inBatches.ts"
import { Lookout } from "./Lookout.ts"
import { hasLapsed, isRenewed, ProcessLease } from "./ProcessLease.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { countingRuns } from "./RateLimitsSql.ts"
import { heldByNobodyNow } from "./pulseStatement.ts"
import { tokenAlive, tokenDead } from "./tokenAlive.ts"
import { asStoreUnavailable } from "./storeErrors.ts"
import { countingUse } from "./UsageLogSql.ts"

/** After this the bot forgets an interaction and no longer answers it. */
const awaitedFor = "1 day"

const mostClaimedTogether = 100
const claimsAtOnce = 2

/** Ages come from the database's clock, the one that all replicas share. */
export const layer: Layer.Layer<Claims, never, SqlClient.SqlClient | ProcessLease | Pseudonyms | Settings> =
  Layer.scoped(
    Claims,
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const lease = yield* ProcessLease
      const pseudonyms = yield* Pseudonyms
      const settings = yield* Settings
      const { watch } = yield* Lookout
      const someAwait = yield* watch(
        `exists (select from interactions where awaits_answer and (taken_over or ${heldByNobodyNow("interactions.holder")}))`
      )

      const claim = yield* batched({
        most: mostClaimedTogether,
        atOnce: claimsAtOnce,
        // If the answer was lost, the claims may be stored: claiming them again would take them for somebody else's.
        isSafeToTryAlone: storedNothing,
        // One statement cannot count two runs of one person.
        keyOf: ({ userId }: ReceivedInteraction) => userId,
        run: Effect.fnUntraced(function* (interactions: ReadonlyArray<ReceivedInteraction>) {
          const rows = interactions.map(({ awaitsAnswer, id, limit, locale, token, userId }) => ({
            id,
            user_id: userId,
            token: storable(Redacted.value(token)),
            locale: Option.getOrNull(Option.map(locale, storable)),
            awaits_answer: awaitsAnswer,
            person: pseudonyms.of(userId),
            kind: limit
          }))
          const holder = yield* lease.id
          const claimed = yield* decodeClaims(
            yield* sql`
            with asked as (
              select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as row
                (id text, user_id text, token text, locale text, awaits_answer boolean, person text, kind text)
            ), claimed as (
              insert into interactions (id, user_id, token, locale, holder, awaits_answer)
              select id, user_id, token, locale, ${holder}::bigint, awaits_answer from asked order by id
              on conflict (id) do nothing
              returning id
            ), ours as (
              select asked.* from asked join claimed using (id)
            ), people_of_ours as (
              insert into people (discord_user_id, locale)
              select user_id, locale from ours where locale is not null order by user_id
              on conflict (discord_user_id) do update set locale = excluded.locale, updated_at = now()
                where people.locale is distinct from excluded.locale
            ), ${countingRuns(sql, settings, sql`ours`)}
            select id, allowed, next from ours join taken using (person, kind)`
          )
          const found = new Map(claimed.map(row => [row.id, row]))
          return interactions.map(({ id }) => {
            const ours = found.get(id)
            if (ours === undefined) return Claim.DeliveredTwice()
            return ours.allowed || Option.isNone(ours.next)
              ? Claim.Ours()
              : Claim.TooOften({ until: ours.next.value })
          })
        }, retryingConflicts)
      })

      /** Forgets what answered the interactions that it changes. An erasure takes these locks the other way round. */
      const withoutAnswers = (changing: Statement.Fragment) =>
        retryingConflicts(sql`with changed as (${changing} returning id),
          answers as (delete from live_answers where interaction_id = any(array(select id from changed)))
          select from changed`)

      return {
        claim: interaction => asStoreUnavailable("Claims.claim")(claim(interaction)),

        conclude: Effect.fnUntraced(function* ({ deed, id, isAnswered, use }: Conclusion) {
          const holder = yield* lease.id
          // If this process's lease has lapsed, another process may take the interaction over and answer it.
          const answered = sql`update interactions set awaits_answer = false
          where id = ${id} and holder = ${holder} and not taken_over and ${isRenewed(sql, holder)}`
          const steps = [
            ...(isAnswered ? [answered] : []),
            ...Option.toArray(
              yield* Effect.transposeMapOption(deed, entry => recording(sql, pseudonyms, entry))
            ),
            ...Option.toArray(yield* Effect.transposeMapOption(use, one => countingUse(sql, pseudonyms, one)))
          ]
          if (steps.length === 0) return
          const whole = sql`with ${sql.csv(steps.map((step, index) => sql`${sql(`step_${index}`)} as (${step})`))} select 1`
          yield* Effect.tapError(retryingConflicts(whole), () =>
            isAnswered ? Effect.ignore(answered) : Effect.void
          )
        }, asStoreUnavailable("Claims.conclude")),

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

const decodeClaims = Schema.decodeUnknown(
  Schema.Array(
    Schema.Struct({
      id: InteractionId,
      allowed: Schema.Boolean,
      next: Schema.OptionFromNullOr(Schema.DateTimeUtcFromDate)
    })
  )
)

const decodeTokens = Schema.decodeUnknown(
  Schema.Array(Schema.Struct({ token: Schema.Redacted(Schema.String), age: Schema.Number }))
)
