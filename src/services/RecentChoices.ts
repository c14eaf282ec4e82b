import { Duration, Effect, Option } from "effect"
import { LRUCache } from "lru-cache"
import { ApplicationId, ProfileId, VaultProfileId } from "../domain/Ids.ts"
import type { UserId } from "../domain/Ids.ts"
import { ownText } from "./offered.ts"
import { entryBytes, sinceStart } from "./remembered.ts"

/** For so long an id that the person's own lists showed may enter a look-up before the lists are read again. */
const knownFor = Duration.minutes(15)
/** Of all people together. */
const mostBytes = 4 * 1024 * 1024

/** The ids that are known of what a person typed. */
export interface RecentChoice {
  readonly profileId: ProfileId
  readonly applicationId: Option.Option<ApplicationId>
  readonly vaultId: Option.Option<VaultProfileId>
}

/**
 * The applications and vaults that each person chose lately out of their own lists. With these ids, look-ups can begin at
 * once; what the lists say when they are read again decides all the same.
 */
export class RecentChoices extends Effect.Service<RecentChoices>()("mochi/services/RecentChoices", {
  effect: Effect.map(Effect.clock, clock => {
    const known = new LRUCache<string, string>({
      maxSize: mostBytes,
      sizeCalculation: (id, name) => 2 * (id.length + name.length) + entryBytes,
      ttl: Duration.toMillis(knownFor),
      ttlResolution: 0,
      perf: { now: sinceStart(clock) }
    })
    const nameOf = (...words: ReadonlyArray<string>) => JSON.stringify(words)
    const remember = (id: string, ...words: ReadonlyArray<string>) => known.set(nameOf(...words), ownText(id))
    const recall = (...words: ReadonlyArray<string>) => Option.fromNullable(known.get(nameOf(...words)))

    /** The person's own lists have this application, and this vault. */
    const note = (
      user: UserId,
      profileId: ProfileId,
      applicationId: ApplicationId,
      vaultId: Option.Option<VaultProfileId> = Option.none()
    ): void => {
      remember(profileId, user)
      remember(applicationId, profileId, applicationId)
      if (Option.isSome(vaultId)) remember(vaultId.value, profileId, applicationId, vaultId.value)
    }

    const of = (user: UserId, application: string, vault: string): Option.Option<RecentChoice> =>
      Option.map(recall(user), profile => {
        const applicationId = recall(profile, application)
        return {
          profileId: ProfileId.make(profile),
          applicationId: Option.map(applicationId, id => ApplicationId.make(id)),
          vaultId: Option.map(
            Option.flatMap(applicationId, id => recall(profile, id, vault)),
            id => VaultProfileId.make(id)
          )
        }
      })

    return { note, of }
  })
}) {}
