/** What `/kudos` asks Mochi before it creates anything: all that can be asked at once is asked at once. */
import { Effect, Fiber, Option } from "effect"
import type { Scope } from "effect"
import type { Application, Holding, Profile, Vault } from "../domain/Catalog.ts"
import type { ApplicationId, ProfileId } from "../domain/Ids.ts"
import type { KudosCommand } from "../domain/Kudos.ts"
import type { MochiError } from "../ports/MochiError.ts"
import { MochiPay } from "../ports/MochiPay.ts"
import type { VaultPath } from "../ports/MochiPay.ts"
import { MochiProfiles } from "../ports/MochiProfiles.ts"
import { RecentChoices } from "./RecentChoices.ts"

type Answer<A> = Effect.Effect<A, MochiError>

/** The answers, each under way already if its ids were known. Whoever reads them decides in which order. */
interface LookUps {
  readonly sender: Answer<Option.Option<Profile>>
  readonly recipient: Answer<Option.Option<Profile>>
  readonly applications: (profileId: ProfileId) => Answer<ReadonlyArray<Application>>
  readonly vaults: (profileId: ProfileId, applicationId: ApplicationId) => Answer<ReadonlyArray<Vault>>
  readonly holdings: (path: VaultPath) => Answer<ReadonlyArray<Holding>>
}

/** Part of `KudosRequests`. What nobody needs any more ends with the scope. */
export const kudosLookUps = Effect.gen(function* () {
  const pay = yield* MochiPay
  const profiles = yield* MochiProfiles
  const choices = yield* RecentChoices

  const begin = <A>(lookUp: Answer<A>): Effect.Effect<Answer<A>, never, Scope.Scope> =>
    Effect.map(Effect.forkScoped(lookUp), Fiber.join)

  return Effect.fnUntraced(function* (command: KudosCommand): Effect.fn.Return<LookUps, never, Scope.Scope> {
    const sender = yield* begin(profiles.byUserId(command.sender))
    const recipient = yield* begin(profiles.byUserId(command.recipient.id))
    const lookUps: LookUps = {
      sender,
      recipient,
      applications: pay.applications,
      vaults: pay.vaults,
      holdings: pay.holdings
    }
    const known = choices.of(command.sender, command.application, command.vault)
    if (Option.isNone(known)) return lookUps
    const { applicationId, profileId, vaultId } = known.value
    const applications = yield* begin(pay.applications(profileId))
    const vaults = yield* Effect.transposeMapOption(applicationId, id => begin(pay.vaults(profileId, id)))
    const path = Option.all({ applicationId, vaultId })
    const holdings = yield* Effect.transposeMapOption(path, ids => begin(pay.holdings({ profileId, ...ids })))
    return {
      sender,
      recipient,
      applications: own => (own === profileId ? applications : pay.applications(own)),
      vaults: (own, application) =>
        own === profileId && Option.contains(applicationId, application)
          ? Option.getOrElse(vaults, () => pay.vaults(own, application))
          : pay.vaults(own, application),
      holdings: asked =>
        asked.profileId === profileId &&
        Option.contains(applicationId, asked.applicationId) &&
        Option.contains(vaultId, asked.vaultId)
          ? Option.getOrElse(holdings, () => pay.holdings(asked))
          : pay.holdings(asked)
    }
  })
})
