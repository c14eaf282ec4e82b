import { Context } from "effect"
import type { DateTime, Effect, Stream } from "effect"
import type { UserId, ProfileId } from "../domain/Ids.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** One person, by all ids that their rows may carry. */
export interface Identity {
  readonly userId: UserId
  readonly profileIds: ReadonlyArray<ProfileId>
}

/** The rows of one table, each as JSON; the store reads them only as the consumer asks for them. */
export interface PersonalTable {
  readonly table: string
  readonly rows: Stream.Stream<string, StoreUnavailable>
}

/** How many rows of each table no longer name the person. */
export type ErasedRows = Readonly<Record<string, number>>

/** An erasure that is not complete yet. */
export interface UnfinishedErasure extends Identity {
  readonly askedAt: DateTime.Utc
}

/** Everything that the database stores about one person. */
export class PersonalData extends Context.Tag("mochi/ports/PersonalData")<
  PersonalData,
  {
    /**
     * The Mochi profiles that the store has beside this Discord user and has not seen linked to another user since; the ten
     * most recent.
     */
    readonly profilesOf: (id: UserId) => Effect.Effect<ReadonlyArray<ProfileId>, StoreUnavailable>
    /** Rows about the person, or shown to them: without secrets of the bot, and without ids of other people. */
    readonly rowsOf: (person: Identity) => ReadonlyArray<PersonalTable>

    /** Stores the request, so that another process completes it if this one ends. Idempotent. */
    readonly beginErasure: (person: Identity) => Effect.Effect<UnfinishedErasure, StoreUnavailable>
    /**
     * Erases everything stored before the person asked, and keeps work that began before that from naming the person again:
     * later rows are about somebody new. Runs in steps, each all or nothing: a retry finds what a failure left over.
     * Rows that must stay keep a keyed hash in place of each id.
     */
    readonly erase: (erasure: UnfinishedErasure) => Effect.Effect<ErasedRows, StoreUnavailable>
    /** Forgets the request, unless the person has asked again by now. Within the caller's transaction. */
    readonly endErasure: (erasure: UnfinishedErasure) => Effect.Effect<void, StoreUnavailable>
    /** Erasures that are due for a retry, a few at a time; other processes leave each of them alone for a while. */
    readonly unfinishedErasures: Effect.Effect<ReadonlyArray<UnfinishedErasure>, StoreUnavailable>
    /** Whether an erasure of this person began at that moment or later. */
    readonly wasErasedSince: (id: UserId, moment: DateTime.Utc) => Effect.Effect<boolean, StoreUnavailable>
    /** Forgets past erasures, once no work that began before them can still be in flight. */
    readonly prune: Effect.Effect<void, StoreUnavailable>
  }
>() {}
