import * as SqlClient from "@effect/sql/SqlClient"
import { Effect } from "effect"

/** Locks that need more than one snapshot, in one round trip: each statement of a volatile function has a new one. */
export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  // A missing row cannot be locked; its name can. The array keeps ('a', 'bc') and ('ab', 'c') apart, and the number these
  // locks from others whose names hash alike.
  yield* sql`create function lock_request_name(application_id text, code text) returns void
    language sql volatile as $lock$
      select pg_advisory_xact_lock(hashtextextended(array[application_id, code]::text[]::text, 2026001))
    $lock$`

  // The second statement sees what the lock's former holder committed.
  yield* sql`create function lock_request(own_application_id text, own_code text) returns setof transfer_requests
    language plpgsql volatile as $lock$
    begin
      perform lock_request_name(own_application_id, own_code);
      return query select * from transfer_requests
        where application_id = own_application_id and code = own_code for update;
    end
  $lock$`
})
