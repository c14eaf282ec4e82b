import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  yield* sql`create table notifications (
    id uuid primary key default gen_random_uuid(),
    application_id text not null,
    code text not null,
    audience text not null,
    kind text not null,
    about text not null,
    state text not null default 'pending' check (state in ('pending', 'delivered', 'dead')),
    reason text,
    attempts integer not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (application_id, code, audience, about)
  )`
  yield* sql`create index notifications_created_at on notifications (created_at)`
  yield* sql`create index notifications_unfinished on notifications (state, created_at) where state <> 'delivered'`

  yield* sql`create table webhook_inbox (
    webhook_id text primary key,
    received_at timestamptz not null default now()
  )`
})
