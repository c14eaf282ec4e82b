import { createHash } from "node:crypto"
import { leaseLapsesAfter } from "./detection.ts"

/** First half of the two-part key of a lease's lock. */
export const leaseLockSpace = 7_301_446
/** First half of the two-part keys of the roles' locks. */
export const roleLockSpace = 7_301_447

/** For a lapsed lease: other processes took its work over long before. */
export const leaseKeptFor = "1 day"

/**
 * For a look: true for a row whose holder is another process that renewed no lease in time. `hasLapsed` decides, this only
 * says whether to ask it.
 */
export const heldByNobodyNow = (holder: string): string => `(${holder} <> lease.id and not exists (
  select from processes where processes.id = ${holder}
    and seen_at between clock_timestamp() - ${leaseLapsesAfter} * interval '1 millisecond'
      and clock_timestamp() + ${leaseLapsesAfter} * interval '1 millisecond'))`

export interface BeatStatement {
  readonly name: string
  readonly text: string
}

/**
 * One beat. Parameters: the lease to renew, after how many milliseconds it lapses, the lease whose lock this session holds,
 * the roles to try. Returns the lease, which is another one if that has lapsed; the roles that were free; and the answers of
 * the looks, SQL expressions that are true if something waits.
 *
 * It tries the locks last: a look that fails must not leave one behind. The lease's own lock is for processes of a release
 * without leases, which see by it that this one lives.
 */
export const beatStatement = (looks: ReadonlyArray<string>): BeatStatement => {
  const text = `
    with renewed as (
      update processes set seen_at = clock_timestamp()
      where id = $1::integer and seen_at > clock_timestamp() - $2 * interval '1 millisecond'
      returning id
    ), replaced as (
      insert into processes (id)
      select nextval('process_ids')::integer where not exists (select from renewed) returning id
    ), lease as (
      select id from renewed union all select id from replaced
    ), seen as materialized (
      select id, array[${looks.map(look => `(${look})`).join(", ")}]::boolean[] as looks from lease
    ), locked as materialized (
      select seen.*, case when id <> $3::integer then pg_try_advisory_lock(${leaseLockSpace}, id) end from seen
    )
    select id, array(
      select role from unnest($4::integer[]) as role
      where locked.looks is not null and pg_try_advisory_lock(${roleLockSpace}, role)
    ), looks from locked`
  return { name: `beat_${createHash("sha256").update(text).digest("base64url").slice(0, 16)}`, text }
}
