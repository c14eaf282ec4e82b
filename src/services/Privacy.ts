import { Array as Arr, DateTime, Effect, Option } from "effect"
import type { UserId, ProfileId } from "../domain/Ids.ts"
import { Atomic } from "../ports/Atomic.ts"
import { AuditLog } from "../ports/AuditLog.ts"
import { startedBy } from "../context/WorkStart.ts"
import { within } from "../context/Deadline.ts"
import { MochiProfiles } from "../ports/MochiProfiles.ts"
import { People } from "../ports/People.ts"
import { PersonalData } from "../ports/PersonalData.ts"
import type { ErasedRows, PersonalTable, UnfinishedErasure } from "../ports/PersonalData.ts"
import type { StoreUnavailable } from "../ports/StoreUnavailable.ts"
import { currentTraceId } from "../telemetry/traceContext.ts"

const profilesAskedAtOnce = 5
/** Mochi may be down: what is stored names most profiles anyway. */
const mochiBudget = "4 seconds"

/** Everything that is stored about one person. */
interface PersonalExport {
  readonly userId: UserId
  readonly profileIds: ReadonlyArray<ProfileId>
  readonly exportedAt: DateTime.Utc
  /** Read as it is taken: an export has no bound of its own. */
  readonly stored: ReadonlyArray<PersonalTable>
}

export interface Erased {
  /** Rows by table. */
  readonly rows: ErasedRows
  /** False: Mochi could not say which profile is theirs, so that only profiles stored beside the id were erased. */
  readonly mochiAsked: boolean
  /** False: what is missing is stored, and `finishErasure` makes up for it. */
  readonly isComplete: boolean
}

/** The person themselves, or an operator for them. */
type Asker = "person" | "operator"

/** What people may ask about their own data. */
export class Privacy extends Effect.Service<Privacy>()("mochi/services/Privacy", {
  effect: Effect.gen(function* () {
    const data = yield* PersonalData
    const people = yield* People
    const profiles = yield* MochiProfiles
    const audit = yield* AuditLog
    const atomic = yield* Atomic

    /** A profile that Mochi links to another Discord account by now is no longer this person's. */
    const isSomebodyElses = (userId: UserId, profileId: ProfileId) =>
      Effect.map(
        profiles.byId(profileId),
        Option.exists(profile => Option.exists(profile.userId, linked => linked !== userId))
      )

    /** The person's profiles, of those that were stored and the one at Mochi; none if Mochi does not answer. */
    const askMochi = (userId: UserId, stored: ReadonlyArray<ProfileId>) =>
      Effect.gen(function* () {
        const current = Option.map(yield* profiles.byUserId(userId), ({ id }) => id)
        const former = stored.filter(id => !Option.contains(current, id))
        const theirs = yield* Effect.filter(former, id => isSomebodyElses(userId, id), {
          negate: true,
          concurrency: profilesAskedAtOnce
        })
        return Arr.dedupe([...Option.toArray(current), ...theirs])
      }).pipe(within(mochiBudget), Effect.option)

    const record = Effect.fnUntraced(function* (
      id: UserId,
      asker: Asker | "bot",
      action: "privacy_export" | "privacy_delete" | "privacy_notifications",
      outcome: string
    ) {
      yield* audit.record({
        actor: asker === "person" ? id : asker,
        action,
        outcome,
        request: Option.none(),
        traceId: yield* currentTraceId,
        ...(asker === "person" ? {} : { subject: id })
      })
    })

    const exportOf = Effect.fnUntraced(function* (
      id: UserId,
      asker: Asker
    ): Effect.fn.Return<PersonalExport, StoreUnavailable> {
      const stored = yield* data.profilesOf(id)
      const profileIds = Option.getOrElse(yield* askMochi(id, stored), () => stored)
      yield* Effect.ignoreLogged(record(id, asker, "privacy_export", "success"))
      const person = { userId: id, profileIds }
      return { ...person, exportedAt: yield* DateTime.now, stored: data.rowsOf(person) }
    })

    /** Erases as much as it can now; the erasure is over if Mochi answered. */
    const carryOut = Effect.fnUntraced(
      function* (
        erasure: UnfinishedErasure,
        asker: Asker | "bot"
      ): Effect.fn.Return<Erased, StoreUnavailable> {
        const { userId: id } = erasure
        const answer = yield* askMochi(id, erasure.profileIds)
        const mochiAsked = Option.isSome(answer)
        const profileIds = Option.getOrElse(answer, () => erasure.profileIds)
        const rows = yield* data.erase({ ...erasure, profileIds })
        // The service tries again every few seconds: only the last try is worth an entry.
        if (!mochiAsked && asker === "bot") return { rows, mochiAsked, isComplete: false }
        yield* atomic.transaction(
          Effect.zipRight(
            record(id, asker, "privacy_delete", mochiAsked ? "success" : "incomplete: Mochi did not answer"),
            Effect.when(data.endErasure(erasure), () => mochiAsked)
          )
        )
        return { rows, mochiAsked, isComplete: mochiAsked }
      },
      // The erasure's own entry counts as work from before it, and so names nobody.
      (work, erasure) => startedBy({ _tag: "Moment", at: erasure.askedAt })(work)
    )

    /** Safe to repeat. Once it is stored, this process or another completes it. */
    const erase = Effect.fnUntraced(function* (
      id: UserId,
      asker: Asker
    ): Effect.fn.Return<Erased, StoreUnavailable> {
      const erasure = yield* data.beginErasure({
        userId: id,
        profileIds: yield* data.profilesOf(id)
      })
      return yield* Effect.catchTag(carryOut(erasure, asker), "StoreUnavailable", error =>
        Effect.as(Effect.logWarning("An erasure is not complete yet", error), {
          rows: {},
          mochiAsked: true,
          isComplete: false
        })
      )
    })

    /** Completes an erasure that could not be completed when the person asked for it; whether it is complete now. */
    const finishErasure = Effect.fnUntraced(function* (erasure: UnfinishedErasure) {
      return (yield* carryOut(erasure, "bot")).isComplete
    })

    /** Whether an erasure of the person's data began at that moment or after it. */
    const wasErasedSince = data.wasErasedSince

    /** Whether "kudos received" and "status changed" are sent; approval cards always are. */
    const chooseNotifications = Effect.fnUntraced(function* (id: UserId, wanted: boolean) {
      yield* people.chooseNotifications(id, wanted)
      yield* Effect.ignoreLogged(record(id, "person", "privacy_notifications", wanted ? "on" : "off"))
    })

    return { exportOf, erase, finishErasure, wasErasedSince, chooseNotifications }
  })
}) {}
