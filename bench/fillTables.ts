import { SqlClient } from "@effect/sql"
import { Effect, Layer } from "effect"
import type { Redacted } from "effect"
import * as Database from "../src/adapters/postgres/Database.ts"

export const rowsInEach = 100_000

/** Nobody has ids like these in the bench. */
const id = "(900000000000000000 + n)::text"
/** Requests end at once; their answers can still be edited, so that no pruning takes them away. */
const minutesAgo = "now() - interval '5 minutes'"
const daysAgo = "now() - interval '3 days'"

/** What a request is about, in every table that says so. */
const facts = {
  application_name: "'App ' || n",
  vault_name: "'Vault'",
  amount: "'1.5'",
  symbol: "'USDC'",
  reason: "'For the release notes'",
  owner_profile_id: id,
  owner_discord_id: id,
  requester_profile_id: id,
  requester_discord_id: id,
  recipient_profile_id: id,
  recipient_discord_id: id
}

/** By table, the columns without a default and what they hold in row `n`. */
const tables: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  people: { discord_user_id: id, locale: "'en-US'", dm_channel_id: id, updated_at: daysAgo },
  interactions: {
    id,
    user_id: id,
    token: "repeat(md5(n::text), 6)",
    locale: "'en-US'",
    holder: "1",
    awaits_answer: "false",
    received_at: minutesAgo
  },
  kudos_intents: {
    interaction_id: id,
    application_id: "(5000000 + n)::text",
    vault_profile_id: "n::text",
    token_name: "'USD Coin'",
    ...facts,
    state: "'created'",
    request_code: "'FULL' || n",
    holder: "1",
    stored_at: daysAgo
  },
  transfer_requests: {
    application_id: "(5000000 + n)::text",
    code: "'FULL' || n",
    status: "'approved'",
    ...facts,
    interaction_id: id,
    settled_by_profile_id: id,
    settled_at: daysAgo,
    created_at: daysAgo,
    updated_at: daysAgo
  },
  shown_messages: {
    application_id: "(5000000 + n)::text",
    code: "'FULL' || n",
    audience: "'owner'",
    channel_id: id,
    message_id: id,
    place: "'dm'",
    status: "'approved'",
    begun_at: daysAgo
  },
  live_answers: {
    interaction_id: id,
    application_id: "(5000000 + n)::text",
    code: "'FULL' || n",
    view: "'kudos'"
  },
  notifications: {
    application_id: "(5000000 + n)::text",
    code: "'FULL' || n",
    audience: "'owner'",
    kind: "'approval_card'",
    about: "'pending'",
    state: "'delivered'",
    attempts: "1",
    created_at: daysAgo,
    updated_at: daysAgo
  },
  audit_log: {
    at: daysAgo,
    actor: "md5(n::text)",
    action: "'kudos'",
    application_id: "(5000000 + n)::text",
    code: "'FULL' || n",
    outcome: "'created'"
  },
  usage_activity: {
    day: "(now() - interval '3 days')::date",
    person: "md5(n::text)",
    guild_id: id,
    command: "'kudos'",
    last_at: daysAgo
  },
  // A limit for a whole day: others are forgotten after a minute.
  rate_limits: {
    person: "md5(n::text)",
    kind: "'export'",
    runs: "array[now()]",
    allowed: "true"
  },
  webhook_inbox: { webhook_id: "'msg_' || n", received_at: daysAgo }
}

/** Fills the tables of a service that has migrated its database, and lets PostgreSQL learn what is in them. */
export const fillTables = (database: Redacted.Redacted): Effect.Effect<void> =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    for (const [table, columns] of Object.entries(tables)) {
      const [names, values] = [Object.keys(columns).join(", "), Object.values(columns).join(", ")]
      yield* sql.unsafe(
        `insert into ${table} (${names}) select ${values} from generate_series(1, ${rowsInEach}) as n`
      )
      yield* sql.unsafe(`vacuum analyze ${table}`)
    }
  }).pipe(Effect.provide(Layer.scopedContext(Database.connect(database, statementsEndWithin))), Effect.orDie)

/** Milliseconds. */
const statementsEndWithin = 60_000
