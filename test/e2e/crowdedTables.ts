/** Every table as it is after years, or after the busiest day: 100,000 rows, of which few need anything now. */
import { SqlClient } from "@effect/sql"
import { Effect, Redacted } from "effect"
import * as Database from "../../src/adapters/postgres/Database.ts"

const rows = 100_000

/** A row for each `n` from 1 to `rows`; the first hundred or so of what lapses have lapsed. */
const each = `from generate_series(1, ${rows}) as n`
export const userNumber = (n: number): string => String(200_000_000_000_000_000n + BigInt(n))
export const interactionNumber = (n: number): string => String(300_000_000_000_000_000n + BigInt(n))
const user = `(${userNumber(0)} + n)::text`
const recipient = `(250000000000000000 + n)::text`
const interaction = `(${interactionNumber(0)} + n)::text`
const over = (days: number) => `now() - interval '${days} days' * (1.001 - n / ${rows}.0)`

const statements: ReadonlyArray<string> = [
  `insert into interactions (id, user_id, token, holder, awaits_answer, received_at)
    select ${interaction}, ${user}, case when n % 300 = 0 or n > 99000 then 'token' end, 1, false, ${over(1)} ${each}`,
  `insert into people (discord_user_id, dm_channel_id) select ${user}, 'c' || n ${each}`,
  `insert into kudos_intents (interaction_id, application_id, vault_profile_id, token_name, application_name, vault_name,
      amount, symbol, requester_profile_id, requester_discord_id, recipient_profile_id, recipient_discord_id, state,
      holder, stored_at)
    select ${interaction}, (n % 100)::text, '3', 'USDC', 'A', 'V', '1', 'USDC', '1' || n, ${user}, '2' || n, ${recipient},
      'created', 1, ${over(400)} ${each}`,
  `insert into transfer_requests (application_id, code, status, requester_discord_id, recipient_discord_id, created_at)
    select (n % 100)::text, 'r' || n, 'approved', ${user}, ${recipient}, ${over(400)} ${each}`,
  `insert into shown_messages (application_id, code, audience, channel_id, message_id, place, status)
    select (n % 100)::text, 'r' || n, 'owner', 'c' || n, 'm' || n, 'dm', 'approved' ${each}`,
  `insert into live_answers (interaction_id, application_id, code, view)
    select ${interaction}, (n % 100)::text, 'r' || n, 'kudos' ${each}`,
  `insert into audit_log (actor, action, application_id, code, outcome, subject)
    select ${user}, 'kudos', (n % 100)::text, 'r' || n, 'created', 's' || n ${each}`,
  `insert into notifications (application_id, code, audience, kind, about, state, created_at, updated_at)
    select (n % 100)::text, 'r' || n, 'owner', 'approval_card', 'pending',
      case when n % 1000 = 0 then 'dead' else 'delivered' end, ${over(90)}, ${over(90)} ${each}`,
  `insert into webhook_inbox (webhook_id, received_at) select 'h' || n, ${over(35)} ${each}`,
  `insert into decision_leases (application_id, code) select (n % 100)::text, 'r' || n ${each}`,
  `insert into rate_limits (person, kind, runs, allowed, updated_at)
    select 's' || n, 'export', array[now()], true, ${over(1)} ${each}`,
  `insert into usage_activity (day, person, guild_id, command, last_at)
    select (${over(400)})::date, 's' || n, '', 'kudos', ${over(400)} ${each}`,
  `insert into erasures (person, erased_at) select 's' || n, ${over(35)} ${each}`,
  `insert into unfinished_erasures (discord_user_id, profile_ids, asked_at, next_try_at)
    select ${user}, array[]::text[], now(), now() + interval '1 day' ${each}`,
  ...[
    ["deliver", 40_000],
    ["ask-mochi", 60_000]
  ].map(
    ([queue, count]) => `insert into pgboss.job
        (name, data, start_after, singleton_key, policy, retry_limit, expire_seconds, deletion_seconds)
      select '${queue}', '{}', now() + interval '1 day', 'k' || n,
        case '${queue}' when 'deliver' then 'key_strict_fifo' else 'standard' end, 9, 900, 900
      from generate_series(1, ${count}) as n`
  ),
  "analyze"
]

export const fill = (url: string): Effect.Effect<void, unknown> =>
  Effect.gen(function* () {
    const context = yield* Database.connect(Redacted.make(url), 120_000)
    yield* Effect.provide(
      Effect.flatMap(SqlClient.SqlClient, sql =>
        Effect.forEach(statements, statement => sql.unsafe(statement), { discard: true })
      ),
      context
    )
  }).pipe(Effect.scoped)
