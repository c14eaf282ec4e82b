import { Context } from "effect"
import type { Effect, Option } from "effect"
import type { UserId, CommunityId } from "../domain/Ids.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

export interface Use {
  readonly user: UserId
  /** None: in direct messages. */
  readonly communityId: Option.Option<CommunityId>
  /** A closed word, as spans name commands and buttons. */
  readonly command: string
}

export interface UsageReport {
  readonly activeUsers: number
  readonly servers: number
  readonly commands: ReadonlyArray<{ readonly command: string; readonly runs: number }>
  /** Whole tokens of requests that were created, exact. */
  readonly volume: ReadonlyArray<{
    readonly token: string
    readonly requests: number
    readonly amount: string
  }>
  readonly days: ReadonlyArray<{ readonly day: string; readonly activeUsers: number; readonly runs: number }>
}

/** How much the bot is used. Persons are counted by pseudonym. */
export class UsageLog extends Context.Tag("mochi/ports/UsageLog")<
  UsageLog,
  {
    readonly record: (use: Use) => Effect.Effect<void, StoreUnavailable>
    /** Today, by UTC, and the days before it: `days` in all. */
    readonly report: (days: number) => Effect.Effect<UsageReport, StoreUnavailable>
    /** People within the last 24 hours. */
    readonly activeDaily: Effect.Effect<number, StoreUnavailable>
    /** Forgets days that are more than 400 days ago. */
    readonly prune: Effect.Effect<void, StoreUnavailable>
  }
>() {}
