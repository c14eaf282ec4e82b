import { Context } from "effect"
import type { Effect } from "effect"
import type { DiscordUserId, ProfileId } from "../domain/Ids.ts"
import type { StoreUnavailable } from "./StoreUnavailable.ts"

/** One person, by all ids that rows of theirs may carry. */
export interface Identity {
  readonly discordUserId: DiscordUserId
  readonly profileIds: ReadonlyArray<ProfileId>
}

/** The rows about a person by the table that holds them, as JSON; what is a secret of the bot's is left out. */
export type PersonalRows = Readonly<Record<string, ReadonlyArray<unknown>>>

/** How many rows of each table no longer name the person. */
export type ErasedRows = Readonly<Record<string, number>>

/** Everything stored about one person, wherever it is stored. */
export class PersonalData extends Context.Tag("mochi/ports/PersonalData")<
  PersonalData,
  {
    /** The Mochi profiles that are stored beside this Discord user. */
    readonly profilesOf: (id: DiscordUserId) => Effect.Effect<ReadonlyArray<ProfileId>, StoreUnavailable>
    readonly rowsOf: (person: Identity) => Effect.Effect<PersonalRows, StoreUnavailable>
    /**
     * All or nothing, within the caller's transaction where there is one. Rows that must stay keep a keyed hash in the
     * place of each id. Safe to repeat.
     */
    readonly erase: (person: Identity) => Effect.Effect<ErasedRows, StoreUnavailable>
  }
>() {}
