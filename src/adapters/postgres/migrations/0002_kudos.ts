import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"

/** Ids of persons have columns of their own, so that erasing a person finds them all. */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  yield* sql`create table people (
    discord_user_id text primary key,
    locale text,
    notifications boolean not null default true,
    dm_channel_id text,
    updated_at timestamptz not null default now()
  )`

  yield* sql`create table interactions (
    id text primary key,
    user_id text not null,
    token text,
    locale text,
    holder bigint not null,
    awaits_answer boolean not null,
    received_at timestamptz not null default now()
  )`
  yield* sql`create index interactions_received_at on interactions (received_at)`

  yield* sql`create table kudos_intents (
    interaction_id text primary key,
    application_id text not null,
    vault_profile_id text not null,
    token_name text not null,
    application_name text not null,
    vault_name text not null,
    amount text not null,
    symbol text not null,
    usd text,
    chain text,
    reason text,
    owner_profile_id text,
    owner_discord_id text,
    requester_profile_id text not null,
    requester_discord_id text not null,
    recipient_profile_id text not null,
    recipient_discord_id text not null,
    expires_at timestamptz,
    guild_id text,
    channel_id text,
    origin text,
    state text not null default 'sending' check (state in ('sending', 'created', 'not_created', 'unknown')),
    request_code text,
    holder bigint not null,
    stored_at timestamptz not null default now()
  )`
  yield* sql`create index kudos_intents_unfinished on kudos_intents (holder) where state = 'sending'`
  yield* sql`create index kudos_intents_stored_at on kudos_intents (stored_at)`

  yield* sql`create table transfer_requests (
    application_id text not null,
    code text not null,
    status text not null
      check (status in ('pending', 'approved', 'rejected', 'expired', 'failed', 'settled')),
    application_name text,
    vault_name text,
    amount text,
    symbol text,
    usd text,
    chain text,
    reason text,
    owner_profile_id text,
    owner_discord_id text,
    requester_profile_id text,
    requester_discord_id text,
    recipient_profile_id text,
    recipient_discord_id text,
    expires_at timestamptz,
    guild_id text,
    channel_id text,
    settled_by_profile_id text,
    settled_by_discord_id text,
    settled_at timestamptz,
    interaction_id text,
    origin text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (application_id, code),
    constraint transfer_requests_facts_whole
      check (num_nulls(application_name, vault_name, amount, symbol) in (0, 4)),
    constraint transfer_requests_settlement_whole
      check (settled_at is not null or num_nonnulls(settled_by_profile_id, settled_by_discord_id) = 0)
  )`

  yield* sql`create table shown_messages (
    application_id text not null,
    code text not null,
    audience text not null check (audience in ('owner', 'requester', 'recipient')),
    channel_id text not null,
    message_id text,
    place text not null check (place in ('dm', 'channel')),
    status text not null
      check (status in ('pending', 'approved', 'rejected', 'expired', 'failed', 'settled')),
    begun_at timestamptz not null,
    primary key (application_id, code, audience)
  )`

  yield* sql`create table live_answers (
    interaction_id text primary key,
    application_id text not null,
    code text not null,
    view text not null check (view in ('kudos', 'owner', 'requester', 'recipient'))
  )`
  yield* sql`create index live_answers_request on live_answers (application_id, code)`

  yield* sql`create table audit_log (
    id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    actor text not null,
    action text not null,
    application_id text,
    code text,
    outcome text not null,
    trace_id text
  )`
  yield* sql`create function audit_log_is_append_only() returns trigger language plpgsql as $guard$
    begin
      if tg_op = 'UPDATE'
        and current_setting('mochi.erasure', true) = 'on'
        and to_jsonb(new) - 'actor' = to_jsonb(old) - 'actor'
      then
        return new;
      end if;
      raise exception 'audit_log is append-only: % refused', tg_op using errcode = 'insufficient_privilege';
    end
  $guard$`
  yield* sql`create trigger audit_log_rows before update or delete on audit_log
    for each row execute function audit_log_is_append_only()`
  yield* sql`create trigger audit_log_whole before truncate on audit_log
    for each statement execute function audit_log_is_append_only()`
})
