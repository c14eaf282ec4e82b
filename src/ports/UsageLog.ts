import { Context } from "effect"
import type { Effect, Option } from "effect"
import type { UserId, CommunityId } from "../domain/Ids.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

export interface Use {
  readonly user: UserId
  /** None in direct messages. */
  readonly communityId: Option.Option<CommunityId>
  /** A closed word: the name that spans give the command or button. */
  readonly command: string
}

export interface UsageReport {
  readonly activeUsers: number
  readonly servers: number
  readonly commands: ReadonlyArray<{ readonly command: string; readonly runs: number }>
  /** Whole tokens of created requests, exact. */
  readonly volume: ReadonlyArray<{
    readonly token: string
    readonly requests: number
    readonly amount: string
  }>
  readonly days: ReadonlyArray<{ readonly day: string; readonly activeUsers: number; readonly runs: number }>
}

/** How much people use the bot, from what the conclusions of interactions store. People count by pseudonym. */
export class UsageLog extends Context.Tag("mochi/ports/UsageLog")<
  UsageLog,
  {
    /** Covers today, by UTC, and the days before: `days` in all. */
    readonly report: (days: number) => Effect.Effect<UsageReport, StoreUnavailable>
    /** People who used the bot within the last 24 hours. */
    readonly activeDaily: Effect.Effect<number, StoreUnavailable>
    /** Forgets days older than 400 days. */
    readonly prune: Effect.Effect<void, StoreUnavailable>
  }
>() {}
