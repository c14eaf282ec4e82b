import { Cache, Data, Duration, Effect, Exit, Fiber, Option } from "effect"
import type { Application, Holding, Vault } from "../domain/Catalog.ts"
import type { DiscordUserId, ProfileId } from "../domain/Ids.ts"
import { ProfileMissing } from "../domain/Kudos.ts"
import type { Ambiguous, NotListed } from "../domain/Kudos.ts"
import { pickListed } from "../domain/listing.ts"
import { bestMatches } from "../domain/ranking.ts"
import { within } from "../ports/Deadline.ts"
import type { MochiError } from "../ports/MochiError.ts"
import { MochiPay } from "../ports/MochiPay.ts"
import { MochiProfiles } from "../ports/MochiProfiles.ts"
import { askedInSpan, inAskersSpan } from "../ports/traceContext.ts"

/** Keystrokes come faster than Mochi's lists change; balances on the screen may be this old, never those that count. */
const freshFor = Duration.seconds(8)
const rememberedLookUps = 10_000
/** One that hangs would be waited for by every later keystroke; nobody types as long as Mochi may take. */
const looksUpWithin = Duration.seconds(5)

/** What is offered while somebody types `/kudos`: only what is theirs. */
export class Choices extends Effect.Service<Choices>()("mochi/services/Choices", {
  effect: Effect.gen(function* () {
    const pay = yield* MochiPay
    const profiles = yield* MochiProfiles

    const profileId = yield* shared((user: DiscordUserId) =>
      profiles
        .byDiscordId(user)
        .pipe(
          Effect.flatMap(
            Option.match({ onNone: () => new ProfileMissing(), onSome: ({ id }) => Effect.succeed(id) })
          )
        )
    )
    const applicationsOf = yield* shared((profile: ProfileId) => pay.applications(profile))
    const vaultsOf = yield* shared((key: VaultsKey) => pay.vaults(key.profile, key.application))
    const holdingsOf = yield* shared((key: HoldingsKey) =>
      pay.holdings({ profileId: key.profile, applicationId: key.application, vaultId: key.vault })
    )

    const findApplication = Effect.fnUntraced(function* (user: DiscordUserId, typed: string) {
      const profile = yield* profileId(user)
      const application = yield* pickListed("application", typed, yield* applicationsOf(profile), byName)
      return { profile, application: application.id }
    })

    const applications = Effect.fn("Choices.applications")(function* (
      user: DiscordUserId,
      typed: string
    ): Effect.fn.Return<ReadonlyArray<Application>, ChoicesError> {
      const all = yield* applicationsOf(yield* profileId(user))
      return bestMatches(all, typed, ({ name }) => [name])
    })

    const vaults = Effect.fn("Choices.vaults")(function* (
      user: DiscordUserId,
      application: string,
      typed: string
    ): Effect.fn.Return<ReadonlyArray<Vault>, ChoicesError> {
      const all = yield* vaultsOf(Data.struct(yield* findApplication(user, application)))
      return bestMatches(all, typed, ({ name }) => [name])
    })

    const holdings = Effect.fn("Choices.holdings")(function* (
      user: DiscordUserId,
      application: string,
      vault: string,
      typed: string
    ): Effect.fn.Return<ReadonlyArray<Holding>, ChoicesError> {
      const found = yield* findApplication(user, application)
      const { id } = yield* pickListed("vault", vault, yield* vaultsOf(Data.struct(found)), byName)
      const all = yield* holdingsOf(Data.struct({ ...found, vault: id }))
      const spendable = all.filter(({ available }) => available.baseUnits > 0n)
      return bestMatches(spendable, typed, ({ token }) => [token.symbol, token.name])
    })

    return { applications, vaults, holdings }
  })
}) {}

export type ChoicesError = ProfileMissing | NotListed | Ambiguous | MochiError

type VaultsKey = { readonly profile: ProfileId; readonly application: Application["id"] }
type HoldingsKey = VaultsKey & { readonly vault: Vault["id"] }

const byName = ({ name }: { readonly name: string }) => [name]

/**
 * Equal look-ups in flight are one; a success is remembered for a moment, a failure never. The look-up outlives the
 * keystroke that began it, since the cache would hand that keystroke's interruption to everybody who waits with it.
 */
const shared = <Key, A, E>(lookup: (key: Key) => Effect.Effect<A, E>) =>
  Effect.map(
    Cache.makeWith({
      capacity: rememberedLookUps,
      lookup: (key: Key) => inAskersSpan(within(looksUpWithin)(lookup(key))),
      timeToLive: exit => (Exit.isSuccess(exit) ? freshFor : Duration.zero)
    }),
    cache => (key: Key) => Effect.flatMap(Effect.forkDaemon(askedInSpan(cache.get(key))), Fiber.join)
  )
