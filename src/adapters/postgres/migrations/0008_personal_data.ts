import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"

/** Finds a person's rows without reading everybody's, and keeps an erased person erased. */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  // Finds text that looks like a Discord id.
  yield* sql`create function ids_mentioned(variadic texts text[]) returns text[]
    language sql immutable parallel safe as $ids$
      select coalesce(array_agg(distinct found[1]), array[]::text[])
      from unnest(texts) as written,
        regexp_matches(written, '(?<![0-9])([0-9]{15,20})(?![0-9])', 'g') as found
    $ids$`

  // One index for all ids in a row instead of one for each of up to eight columns. Without a pending list, which every
  // search would have to read.
  yield* sql`create index transfer_requests_persons on transfer_requests using gin ((
      array_remove(array[owner_profile_id, owner_discord_id, requester_profile_id, requester_discord_id,
        recipient_profile_id, recipient_discord_id, settled_by_profile_id, settled_by_discord_id], null)
      || ids_mentioned(reason, application_name, vault_name)
    )) with (fastupdate = off)`
  yield* sql`create index kudos_intents_persons on kudos_intents using gin ((
      array_remove(array[owner_profile_id, owner_discord_id, requester_profile_id, requester_discord_id,
        recipient_profile_id, recipient_discord_id], null)
      || ids_mentioned(reason, application_name, vault_name)
    )) with (fastupdate = off)`
  yield* sql`create index interactions_user on interactions (user_id)`
  yield* sql`create index shown_messages_channel on shown_messages (channel_id)`
  yield* sql`create index audit_log_subject on audit_log (subject) where subject is not null`
  yield* sql`create index usage_activity_person on usage_activity (person)`
  yield* sql`create index rate_limits_updated_at on rate_limits (updated_at)`

  yield* sql`alter table rate_limits drop constraint rate_limits_kind_check`
  yield* sql`alter table rate_limits add constraint rate_limits_kind_check
    check (kind in ('kudos', 'button', 'export', 'erasure'))`

  // When a person was erased, by pseudonym: for writers that began before that.
  yield* sql`create table erasures (
    person text primary key,
    erased_at timestamptz not null
  )`
  yield* sql`create index erasures_erased_at on erasures (erased_at)`

  // Writers share the lock; an erasure gets it only when their transactions have ended. Each statement of a volatile
  // function sees what was committed before that statement: so the second one sees what the lock waited for.
  yield* sql`create function erased_since(begun timestamptz, variadic persons text[]) returns boolean
    language plpgsql volatile as $fence$
    declare
      one text;
    begin
      foreach one in array persons loop
        if one is not null then
          perform pg_advisory_xact_lock_shared(hashtextextended(one, 2026008));
        end if;
      end loop;
      return exists (select from erasures where person = any (persons) and erased_at >= begun);
    end
  $fence$`

  // Erasures that are not complete yet: completing them needs the ids, which go with the row.
  yield* sql`create table unfinished_erasures (
    discord_user_id text primary key,
    profile_ids text[] not null,
    asked_at timestamptz not null,
    tries integer not null default 0,
    next_try_at timestamptz not null
  )`
})
