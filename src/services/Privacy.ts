import { Array as Arr, DateTime, Effect, Option } from "effect"
import type { DiscordUserId, ProfileId } from "../domain/Ids.ts"
import { Atomic } from "../ports/Atomic.ts"
import { AuditLog } from "../ports/AuditLog.ts"
import { within } from "../ports/Deadline.ts"
import { MochiProfiles } from "../ports/MochiProfiles.ts"
import { People } from "../ports/People.ts"
import { PersonalData } from "../ports/PersonalData.ts"
import type { ErasedRows, Identity, PersonalRows } from "../ports/PersonalData.ts"
import type { StoreUnavailable } from "../ports/StoreUnavailable.ts"
import { currentTraceId } from "../ports/traceContext.ts"

/** Mochi may be down: what is stored names most profiles anyway. */
const mochiBudget = "4 seconds"

/** Everything that is stored about one person. */
export interface PersonalExport {
  readonly discordUserId: DiscordUserId
  readonly profileIds: ReadonlyArray<ProfileId>
  readonly exportedAt: DateTime.Utc
  readonly stored: PersonalRows
}

export interface Erased {
  /** Rows by table. */
  readonly rows: ErasedRows
  /** False: Mochi could not say which profile is theirs, so that only profiles stored beside the id were erased. */
  readonly mochiAsked: boolean
}

/** Who asks: the person, or an operator for them. */
export type Asker = "person" | "operator"

/** What people may ask about their own data. */
export class Privacy extends Effect.Service<Privacy>()("mochi/services/Privacy", {
  effect: Effect.gen(function* () {
    const data = yield* PersonalData
    const people = yield* People
    const profiles = yield* MochiProfiles
    const audit = yield* AuditLog
    const atomic = yield* Atomic

    const identify = Effect.fnUntraced(function* (
      discordUserId: DiscordUserId
    ): Effect.fn.Return<{ readonly person: Identity; readonly mochiAsked: boolean }, StoreUnavailable> {
      const stored = yield* data.profilesOf(discordUserId)
      const asked = yield* profiles.byDiscordId(discordUserId).pipe(within(mochiBudget), Effect.option)
      const current = Option.map(Option.flatten(asked), ({ id }) => id)
      return {
        person: { discordUserId, profileIds: Arr.dedupe([...stored, ...Option.toArray(current)]) },
        mochiAsked: Option.isSome(asked)
      }
    })

    const recorded = Effect.fnUntraced(function* (
      id: DiscordUserId,
      asker: Asker,
      action: "privacy_export" | "privacy_delete" | "privacy_notifications",
      outcome: string
    ) {
      yield* audit.record({
        actor: asker === "person" ? id : "operator",
        action,
        outcome,
        request: Option.none(),
        traceId: yield* currentTraceId,
        ...(asker === "operator" ? { subject: id } : {})
      })
    })

    const exportOf = Effect.fn("Privacy.exportOf")(function* (
      id: DiscordUserId,
      asker: Asker
    ): Effect.fn.Return<PersonalExport, StoreUnavailable> {
      const { person } = yield* identify(id)
      yield* Effect.ignoreLogged(recorded(id, asker, "privacy_export", "success"))
      return { ...person, exportedAt: yield* DateTime.now, stored: yield* data.rowsOf(person) }
    })

    /** Safe to repeat. What it writes down of itself is erased with the rest. */
    const erase = Effect.fn("Privacy.erase")(function* (
      id: DiscordUserId,
      asker: Asker
    ): Effect.fn.Return<Erased, StoreUnavailable> {
      const { mochiAsked, person } = yield* identify(id)
      const rows = yield* atomic.transaction(
        Effect.zipRight(recorded(id, asker, "privacy_delete", "success"), data.erase(person))
      )
      return { rows, mochiAsked }
    })

    /** Whether "kudos received" and "status changed" are sent; approval cards always are. */
    const chooseNotifications = Effect.fn("Privacy.chooseNotifications")(function* (
      id: DiscordUserId,
      wanted: boolean
    ) {
      yield* people.chooseNotifications(id, wanted)
      yield* Effect.ignoreLogged(recorded(id, "person", "privacy_notifications", wanted ? "on" : "off"))
    })

    return { exportOf, erase, chooseNotifications }
  })
}) {}
