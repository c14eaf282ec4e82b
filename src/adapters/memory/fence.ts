/** Keeps an erased person from being stored again by work that began before the erasure, as the database does. */
import { DateTime, HashMap, Option } from "effect"
import type { Start } from "../../context/WorkStart.ts"
import { erasedParty } from "../../domain/TransferRequest.ts"
import type { Party, RequestFacts } from "../../domain/TransferRequest.ts"
import type { State } from "./State.ts"

/** When the work under way began; now if nothing tells. */
export const startOfWork = (state: State, now: number, start: Option.Option<Start>): number => {
  if (Option.isNone(start)) return now
  const { value } = start
  const began =
    value._tag === "Moment"
      ? Option.some(DateTime.toEpochMillis(value.at))
      : Option.map(HashMap.get(state.interactions, value.id), ({ receivedAt }) => receivedAt)
  return Math.min(
    now,
    Option.getOrElse(began, () => now)
  )
}

/** True for a person one of whose ids was erased since then. */
export const wasErased = (state: State, since: number, ids: ReadonlyArray<string>): boolean =>
  ids.some(id => Option.exists(HashMap.get(state.erased, id), at => at >= since))

export const idsOf = ({ profileId, userId }: Party): ReadonlyArray<string> => [
  ...Option.toArray(profileId),
  ...Option.toArray(userId)
]

export const fencedParty = (state: State, since: number, party: Party): Party =>
  wasErased(state, since, idsOf(party)) ? erasedParty : party

/** Facts as they may be stored: without parties that were erased since then, and without what they wrote. */
export const fencedFacts = (
  state: State,
  since: number,
  facts: RequestFacts,
  names: ReadonlyArray<"owner" | "requester" | "recipient">
): RequestFacts =>
  names.reduce((kept, name) => {
    const party = facts[name]
    if (!wasErased(state, since, idsOf(party))) return kept
    const scrubbed = Option.match(party.userId, {
      onNone: () => kept,
      onSome: id => withoutMention(kept, id)
    })
    return {
      ...scrubbed,
      [name]: erasedParty,
      reason: name === "requester" ? Option.none() : scrubbed.reason
    }
  }, facts)

/** The facts without this id in the texts in which somebody may have typed it. */
export const withoutMention = (facts: RequestFacts, id: string): RequestFacts => {
  const without = (text: string) => text.replaceAll(new RegExp(`(?<![0-9])${id}(?![0-9])`, "g"), "erased")
  return {
    ...facts,
    applicationName: without(facts.applicationName),
    vaultName: without(facts.vaultName),
    reason: Option.map(facts.reason, without)
  }
}

/** A party over the stored one: an erased party stays erased, and a stored id stays until its erasure comes to it. */
export const mergedParty = (
  stored: Party,
  next: { readonly asReported: Party; readonly fenced: Party }
): Party => {
  if (stored.isErased === true) return stored
  if (next.fenced.isErased !== true) return next.fenced
  const kept: Party = {
    profileId: Option.filter(next.asReported.profileId, id => Option.contains(stored.profileId, id)),
    userId: Option.filter(next.asReported.userId, id => Option.contains(stored.userId, id))
  }
  return idsOf(kept).length === idsOf(next.asReported).length ? kept : { ...kept, isErased: true }
}
