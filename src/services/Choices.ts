import { Duration, Effect, Option, Schema } from "effect"
import type { Application, Holding, Vault } from "../domain/Catalog.ts"
import type { UserId, ProfileId } from "../domain/Ids.ts"
import { ProfileMissing } from "../domain/Kudos.ts"
import type { Ambiguous, NotListed } from "../domain/Kudos.ts"
import { pickListed } from "../domain/listing.ts"
import { bestMatches } from "../domain/ranking.ts"
import { within } from "../context/Deadline.ts"
import type { MochiError } from "../ports/MochiError.ts"
import { MochiPay } from "../ports/MochiPay.ts"
import { MochiProfiles } from "../ports/MochiProfiles.ts"
import { Priority } from "../context/Priority.ts"
import {
  holdingsBytes,
  offeredApplications,
  offeredHoldings,
  offeredProfile,
  offeredVaults,
  rowsBytes
} from "./offered.ts"
import { RecentChoices } from "./RecentChoices.ts"
import { remembered } from "./remembered.ts"

/** Keystrokes come faster than Mochi's lists change; balances on the screen may be this old, never those that count. */
const freshFor = Duration.seconds(8)
/** Every later keystroke would wait for a look-up that hangs; nobody types as long as Mochi may take. */
const looksUpWithin = Duration.seconds(5)
/** Of one person. Three fields of a command depend on one another. */
const mostLookUpsAtOnce = 4

/** What remembered lists may weigh, in bytes: 20 MiB in all. */
const mebibyte = 1024 * 1024
const mostBytes = {
  profiles: mebibyte,
  applications: 4 * mebibyte,
  vaults: 4 * mebibyte,
  holdings: 11 * mebibyte
}

/** So many look-ups of this person are under way that another would only add to them. */
export class TooManyLookUps extends Schema.TaggedError<TooManyLookUps>()("TooManyLookUps", {}) {}

/** What a person is offered while they type `/kudos`: only what is theirs. */
export class Choices extends Effect.Service<Choices>()("mochi/services/Choices", {
  effect: Effect.gen(function* () {
    const pay = yield* MochiPay
    const profiles = yield* MochiProfiles
    const recent = yield* RecentChoices
    const underWay = new Map<string, number>()

    /** Counts the look-ups of each person, so that nobody has many at once. */
    const oneOf = <A, E>(person: string, lookUp: Effect.Effect<A, E>) =>
      Effect.suspend((): Effect.Effect<A, E | TooManyLookUps> => {
        const others = underWay.get(person) ?? 0
        if (others >= mostLookUpsAtOnce) return new TooManyLookUps()
        underWay.set(person, others + 1)
        const leave = Effect.sync(() => {
          const still = (underWay.get(person) ?? 1) - 1
          if (still === 0) underWay.delete(person)
          else underWay.set(person, still)
        })
        return Effect.ensuring(asSuggestion(lookUp), leave)
      })

    const profileId = yield* remembered({
      lookUp: (user: UserId) =>
        oneOf(user, profiles.byUserId(user)).pipe(
          Effect.flatMap(
            Option.match({
              onNone: () => new ProfileMissing(),
              onSome: ({ id }) => Effect.succeed(offeredProfile(id))
            })
          )
        ),
      keyOf: user => user,
      freshFor,
      mostBytes: mostBytes.profiles,
      bytesOf: id => 2 * id.length
    })
    const applicationsOf = yield* remembered({
      lookUp: (profile: ProfileId) =>
        Effect.map(oneOf(profile, pay.applications(profile)), offeredApplications),
      keyOf: profile => profile,
      freshFor,
      mostBytes: mostBytes.applications,
      bytesOf: rowsBytes
    })
    const vaultsOf = yield* remembered({
      lookUp: ({ application, profile }: VaultsKey) =>
        Effect.map(oneOf(profile, pay.vaults(profile, application)), offeredVaults),
      keyOf: ({ application, profile }) => JSON.stringify([profile, application]),
      freshFor,
      mostBytes: mostBytes.vaults,
      bytesOf: rowsBytes
    })
    const holdingsOf = yield* remembered({
      lookUp: ({ application, profile, vault }: HoldingsKey) =>
        Effect.map(
          oneOf(profile, pay.holdings({ profileId: profile, applicationId: application, vaultId: vault })),
          offeredHoldings
        ),
      keyOf: ({ application, profile, vault }) => JSON.stringify([profile, application, vault]),
      freshFor,
      mostBytes: mostBytes.holdings,
      bytesOf: holdingsBytes
    })

    const findApplication = Effect.fnUntraced(function* (user: UserId, typed: string) {
      const profile = yield* profileId(user)
      const { all } = yield* applicationsOf(profile)
      const application = yield* pickListed("application", typed, all, byName)
      recent.note(user, profile, application.id)
      return { profile, application: application.id }
    })

    const applications = Effect.fnUntraced(function* (
      user: UserId,
      typed: string
    ): Effect.fn.Return<ReadonlyArray<Application>, ChoicesError> {
      const { search } = yield* applicationsOf(yield* profileId(user))
      return bestMatches(search, typed)
    })

    const vaults = Effect.fnUntraced(function* (
      user: UserId,
      application: string,
      typed: string
    ): Effect.fn.Return<ReadonlyArray<Vault>, ChoicesError> {
      const { search } = yield* vaultsOf(yield* findApplication(user, application))
      return bestMatches(search, typed)
    })

    const holdings = Effect.fnUntraced(function* (
      user: UserId,
      application: string,
      vault: string,
      typed: string
    ): Effect.fn.Return<ReadonlyArray<Holding>, ChoicesError> {
      const found = yield* findApplication(user, application)
      const { all } = yield* vaultsOf(found)
      const { id } = yield* pickListed("vault", vault, all, byName)
      recent.note(user, found.profile, found.application, Option.some(id))
      const { search } = yield* holdingsOf({ ...found, vault: id })
      return bestMatches(search, typed)
    })

    return { applications, vaults, holdings }
  })
}) {}

type ChoicesError = ProfileMissing | NotListed | Ambiguous | MochiError | TooManyLookUps

type VaultsKey = { readonly profile: ProfileId; readonly application: Application["id"] }
type HoldingsKey = VaultsKey & { readonly vault: Vault["id"] }

const byName = ({ name }: { readonly name: string }) => [name]

const asSuggestion = <A, E>(lookUp: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  lookUp.pipe(within(looksUpWithin), Effect.provideService(Priority, "suggestion"))
