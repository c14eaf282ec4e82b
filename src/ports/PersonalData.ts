import { Context } from "effect"
import type { DateTime, Effect, Stream } from "effect"
import type { UserId, ProfileId } from "../domain/Ids.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** One person, by all ids that rows of theirs may carry. */
export interface Identity {
  readonly userId: UserId
  readonly profileIds: ReadonlyArray<ProfileId>
}

/** The rows of one table, each as JSON; read as they are asked for, and no further. */
export interface PersonalTable {
  readonly table: string
  readonly rows: Stream.Stream<string, StoreUnavailable>
}

/** How many rows of each table no longer name the person. */
export type ErasedRows = Readonly<Record<string, number>>

/** An erasure that was asked for and is not complete. */
export interface UnfinishedErasure extends Identity {
  readonly askedAt: DateTime.Utc
}

/** Everything stored about one person, wherever it is stored. */
export class PersonalData extends Context.Tag("mochi/ports/PersonalData")<
  PersonalData,
  {
    /**
     * The Mochi profiles that are stored beside this Discord user and, as far as is stored, were not linked to another one
     * since; the ten that were met last.
     */
    readonly profilesOf: (id: UserId) => Effect.Effect<ReadonlyArray<ProfileId>, StoreUnavailable>
    /** What is about the person or was shown to them: no secret of the bot's, and no id of anybody else. */
    readonly rowsOf: (person: Identity) => ReadonlyArray<PersonalTable>

    /** Writes down what is asked for, so that it is completed also where this process ends. Safe to repeat. */
    readonly beginErasure: (person: Identity) => Effect.Effect<UnfinishedErasure, StoreUnavailable>
    /**
     * Erases what was stored up to the moment in which it was asked for, and keeps work that began before it from naming the
     * person again: what came later is about somebody new. In steps, each of them all or nothing: whatever is left after a
     * failure is found again. Rows that must stay keep a keyed hash in the place of each id.
     */
    readonly erase: (erasure: UnfinishedErasure) => Effect.Effect<ErasedRows, StoreUnavailable>
    /** Forgets what was asked for, unless it was asked again meanwhile. Within the caller's transaction. */
    readonly endErasure: (erasure: UnfinishedErasure) => Effect.Effect<void, StoreUnavailable>
    /** Erasures that are to be tried again by now, a few at a time; each is left alone by others for a while. */
    readonly unfinishedErasures: Effect.Effect<ReadonlyArray<UnfinishedErasure>, StoreUnavailable>
    /** Whether an erasure of this person was begun at that moment or after it. */
    readonly wasErasedSince: (id: UserId, moment: DateTime.Utc) => Effect.Effect<boolean, StoreUnavailable>
    /** Forgets what kept erased persons erased, once nothing that began before can still be under way. */
    readonly prune: Effect.Effect<void, StoreUnavailable>
  }
>() {}
