import { DateTime, Duration, Effect, HashMap, Layer, Option, Stream } from "effect"
import type { ProfileId, UserId } from "../../domain/Ids.ts"
import { PersonalData } from "../../ports/PersonalData.ts"
import type { UnfinishedErasure } from "../../ports/PersonalData.ts"
import { deciderOf, partiesOf } from "./personOf.ts"
import { erasedFrom } from "./personalErasure.ts"
import { personalRows, rowText } from "./personalRows.ts"
import type { PendingErasure, State } from "./State.ts"
import { Tables } from "./Tables.ts"

const profilesLookedFor = 10
const triedTogether = 10
const firstTryAfter = Duration.toMillis("15 seconds")
const pauseUpTo = Duration.toMillis("30 seconds")
/** No work that began before an erasure lasts longer. */
const fencedFor = Duration.toMillis("35 days")

/** Here a whole erasure is one change. */
export const layer: Layer.Layer<PersonalData, never, Tables> = Layer.effect(
  PersonalData,
  Effect.gen(function* () {
    const tables = yield* Tables
    return {
      profilesOf: id => tables.read(state => profilesOf(state, id)),

      rowsOf: person =>
        tableNames.map(table => ({
          table,
          rows: Stream.fromIterableEffect(
            tables.read(state => (personalRows(state, person)[table] ?? []).map(rowText))
          )
        })),

      beginErasure: ({ profileIds, userId }) =>
        tables.change((state, now) => {
          const before = Option.match(HashMap.get(state.erasures, userId), {
            onNone: () => [],
            onSome: erasure => erasure.profileIds
          })
          const erasure: PendingErasure = {
            profileIds: [...new Set([...before, ...profileIds])],
            askedAt: DateTime.unsafeMake(now),
            tries: 0,
            nextTryAt: now + firstTryAfter
          }
          return [
            unfinished(userId, erasure),
            { ...state, erasures: HashMap.set(state.erasures, userId, erasure) }
          ]
        }),

      erase: erasure =>
        tables.change(state => {
          const at = DateTime.toEpochMillis(erasure.askedAt)
          const latest = (before: Option.Option<number>) =>
            Option.map(
              Option.orElseSome(before, () => at),
              earlier => Math.max(earlier, at)
            )
          const erased = [erasure.userId, ...erasure.profileIds].reduce(
            (all, id) => HashMap.modifyAt(all, id, latest),
            state.erased
          )
          return erasedFrom({ ...state, erased }, erasure)
        }),

      endErasure: ({ askedAt, userId }) =>
        tables.update(state => ({
          ...state,
          erasures: HashMap.filter(
            state.erasures,
            (pending, id) => id !== userId || DateTime.greaterThan(pending.askedAt, askedAt)
          )
        })),

      unfinishedErasures: tables.change((state, now) => {
        const due = HashMap.toEntries(state.erasures)
          .filter(([, { nextTryAt }]) => nextTryAt <= now)
          .toSorted(([, one], [, other]) => one.nextTryAt - other.nextTryAt)
          .slice(0, triedTogether)
        const erasures = due.reduce(
          (all, [id, erasure]) =>
            HashMap.set(all, id, {
              ...erasure,
              tries: erasure.tries + 1,
              nextTryAt: now + Math.min(1000 * 2 ** (erasure.tries + 1), pauseUpTo)
            }),
          state.erasures
        )
        return [due.map(([id, erasure]) => unfinished(id, erasure)), { ...state, erasures }]
      }),

      wasErasedSince: (id, moment) =>
        tables.read(state => {
          const since = DateTime.toEpochMillis(moment)
          return (
            Option.exists(HashMap.get(state.erased, id), at => at >= since) ||
            Option.exists(
              HashMap.get(state.erasures, id),
              ({ askedAt }) => DateTime.toEpochMillis(askedAt) >= since
            )
          )
        }),

      prune: tables.update((state, now) => ({
        ...state,
        erased: HashMap.filter(state.erased, at => at >= now - fencedFor)
      }))
    }
  })
)

const tableNames = [
  "people",
  "interactions",
  "kudos_intents",
  "transfer_requests",
  "shown_messages",
  "notifications",
  "audit_log",
  "rate_limits",
  "usage_activity",
  "erasures",
  "unfinished_erasures"
]

const unfinished = (userId: UserId, { askedAt, profileIds }: PendingErasure): UnfinishedErasure => ({
  userId,
  profileIds,
  askedAt
})

/** The profiles that were stored beside the user last, without those that were stored beside another user since. */
const profilesOf = (state: State, id: UserId): ReadonlyArray<ProfileId> => {
  const pairs = [
    ...[...HashMap.values(state.intents)].flatMap(({ facts, storedAt }) =>
      partiesOf(facts).map(party => ({ ...party, at: DateTime.toEpochMillis(storedAt) }))
    ),
    ...[...HashMap.values(state.requests)].flatMap(request =>
      [...Option.toArray(request.facts).flatMap(partiesOf), deciderOf(request)].map(party => ({
        ...party,
        at: request.createdAt
      }))
    )
  ]
  const lastSeen = new Map<ProfileId, number>()
  for (const { at, profileId, userId } of pairs)
    if (Option.isSome(profileId) && Option.contains(userId, id))
      lastSeen.set(profileId.value, Math.max(at, lastSeen.get(profileId.value) ?? at))
  const isLinkedLater = (profile: ProfileId, since: number) =>
    pairs.some(
      ({ at, profileId, userId }) =>
        at > since && Option.contains(profileId, profile) && Option.exists(userId, other => other !== id)
    )
  return [...lastSeen]
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, profilesLookedFor)
    .flatMap(([profile, at]) => (isLinkedLater(profile, at) ? [] : [profile]))
}
