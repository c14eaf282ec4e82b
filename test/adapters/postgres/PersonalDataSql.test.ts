import { SqlClient } from "@effect/sql"
import { expect, layer } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import * as PersonalDataSql from "../../../src/adapters/postgres/PersonalDataSql.ts"
import { exportSelects } from "../../../src/adapters/postgres/personalExport.ts"
import { concerns, hasAny } from "../../../src/adapters/postgres/personRows.ts"
import { Pseudonyms } from "../../../src/adapters/postgres/Pseudonyms.ts"
import { UserId, ProfileId } from "../../../src/domain/Ids.ts"
import { PersonalData } from "../../../src/ports/PersonalData.ts"
import * as pseudonyms from "../../support/pseudonyms.ts"
import * as TestDatabase from "../../support/postgres.ts"

const ada = { userId: UserId.make("184027593016284160"), profileIds: [ProfileId.make("p-ada")] }
const others = 20_000
/** More than three steps of an erasure. */
const own = 1_700

/** Rows of others, and some of Ada's, in every table. */
const filled = Layer.effectDiscard(
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const id = ada.userId
    const requests = (count: number, prefix: string, requester: string, profile: string) =>
      sql`insert into transfer_requests (application_id, code, status, application_name, vault_name, amount, symbol,
          reason, owner_profile_id, requester_profile_id, requester_discord_id, recipient_profile_id)
        select '7', ${prefix} || n, 'pending', 'DAO', 'Vault', '1', 'USDC', 'reason ' || n, 'owner-' || n,
          ${profile}, ${requester}, 'recipient-' || n from generate_series(1, ${count}::int) n`
    const intents = (count: number, from: number, requester: string) =>
      sql`insert into kudos_intents (interaction_id, application_id, vault_profile_id, token_name, application_name,
          vault_name, amount, symbol, requester_profile_id, requester_discord_id, recipient_profile_id,
          recipient_discord_id, holder)
        select (${from}::int + n)::text, '7', 'v', 'USD', 'DAO', 'Vault', '1', 'USDC', 'r-' || n, ${requester}, 'q-' || n,
          '1000000000000' || (100000 + n), 1 from generate_series(1, ${count}::int) n`
    yield* requests(others, "O", "302050872383242240", "p-other")
    yield* requests(own, "A", id, "p-ada")
    yield* intents(others, 0, "302050872383242240")
    yield* intents(own, 1_000_000, id)
    yield* sql`insert into shown_messages (application_id, code, audience, channel_id, place, status, begun_at)
      select application_id, code, 'requester', code, 'dm', 'pending', now() from transfer_requests`
    yield* sql`insert into notifications (application_id, code, audience, kind, about)
      select application_id, code, 'requester', 'status_changed', 'approved' from transfer_requests`
    yield* sql`insert into interactions (id, user_id, holder, awaits_answer)
      select interaction_id, requester_discord_id, 1, false from kudos_intents`
    yield* sql`insert into live_answers (interaction_id, application_id, code, view)
      select id, '7', 'x', 'kudos' from interactions`
    yield* sql`insert into audit_log (actor, action, outcome, subject)
      select user_id, 'kudos', 'success', null from interactions`
    yield* sql`insert into audit_log (actor, action, outcome, subject)
      select 'operator', 'privacy_export', 'success', 's' || n from generate_series(1, ${others}::int) n`
    yield* sql`insert into usage_activity (day, person, guild_id, command)
      select current_date, 'u' || n, '', 'kudos' from generate_series(1, ${others}::int) n`
    yield* sql`insert into rate_limits (person, kind, runs, allowed)
      select 'u' || n, 'kudos', array[now()], true from generate_series(1, ${others}::int) n`
    yield* sql`insert into people (discord_user_id, dm_channel_id)
      select '2000000000000' || (100000 + n), 'c' || n from generate_series(1, ${others}::int) n`
    yield* sql`analyze`
  })
)

layer(
  PersonalDataSql.layer.pipe(
    Layer.merge(filled),
    Layer.provideMerge(pseudonyms.layer),
    Layer.provideMerge(TestDatabase.layer)
  )
)("personal data among that of many", it => {
  const planOf = Effect.fnUntraced(function* (statement: Parameters<typeof String>[0]) {
    const sql = yield* SqlClient.SqlClient
    const rows = yield* sql<{ "QUERY PLAN": string }>`explain ${statement}`
    return rows.map(row => row["QUERY PLAN"]).join("\n")
  })

  it.effect("is found by indexes, whatever is asked for (A6)", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const keyed = yield* Pseudonyms
      const whose = { ...ada, mark: keyed.erased(ada.userId) }
      const statements = {
        ...exportSelects(sql, keyed, whose),
        erasedRequests: sql`select code from transfer_requests
          where ${concerns(sql, "transfer_requests", whose, new Date())} order by application_id, code limit 500`,
        erasedIntents: sql`select interaction_id from kudos_intents
          where ${concerns(sql, "kudos_intents", whose, new Date())} order by interaction_id limit 500`,
        profiles: sql`select from transfer_requests where ${hasAny(sql, "transfer_requests", [ada.userId])}`,
        prunedLimits: sql`delete from rate_limits where kind = 'kudos' and updated_at < now() - interval '1 hour'`
      }
      for (const [name, statement] of Object.entries(statements)) {
        const plan = yield* planOf(statement)
        const whole = plan.match(/Seq Scan on (?!unfinished_erasures|erasures)\S+/g)
        expect(whole, `${name}\n${plan}`).toBeNull()
      }
    })
  )

  it.effect("is read page by page, no further than the reader goes (A6)", () =>
    Effect.gen(function* () {
      const data = yield* PersonalData
      const tables = new Map(data.rowsOf(ada).map(({ rows, table }) => [table, rows]))
      const first = yield* Stream.runCollect(Stream.take(tables.get("transfer_requests")!, 3))
      expect(first.length).toBe(3)
      const all = yield* Stream.runCount(tables.get("transfer_requests")!)
      expect(all).toBe(own)
      expect(yield* Stream.runCount(tables.get("notifications")!)).toBe(own)
    })
  )

  it.effect("is erased in steps, whole, and others' stays (A6, A11)", () =>
    Effect.gen(function* () {
      const data = yield* PersonalData
      const sql = yield* SqlClient.SqlClient
      const erasure = yield* data.beginErasure(ada)
      const rows = yield* data.erase(erasure)
      expect(rows).toEqual({
        transfer_requests: own,
        shown_messages: own,
        kudos_intents: own,
        interactions: own,
        live_answers: own,
        audit_log: own,
        people: 0,
        usage_activity: 0
      })
      yield* data.endErasure(erasure)
      const [left] = yield* sql`select
        (select count(*)::int from transfer_requests where requester_profile_id = 'p-other') as others,
        (select count(*)::int from transfer_requests where starts_with(requester_discord_id, 'erased:')) as erased,
        (select count(*)::int from shown_messages) as shown,
        (select count(*)::int from unfinished_erasures) as unfinished`
      expect(left).toEqual({ others, erased: own, shown: others, unfinished: 0 })
      expect(Object.values(yield* data.erase(erasure)).every(count => count === 0)).toBe(true)
    })
  )
})
