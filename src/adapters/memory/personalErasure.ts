import { DateTime, HashMap, Option } from "effect"
import { randomUUID } from "node:crypto"
import { erasedParty } from "../../domain/TransferRequest.ts"
import type { Party, RequestFacts, TransferRequest } from "../../domain/TransferRequest.ts"
import type { ErasedRows, UnfinishedErasure } from "../../ports/PersonalData.ts"
import { withoutMention } from "./fence.ts"
import { deciderOf, isAddressedTo, isInDms, isMentioned, isParty, partiesOf } from "./personOf.ts"
import { erasedId } from "./pseudonym.ts"
import type { State } from "./State.ts"

/** The state without what it had stored about the person when the erasure was asked for, and the rows that change. */
export const erasedFrom = (state: State, person: UnfinishedErasure): readonly [ErasedRows, State] => {
  const id = person.userId
  const before = DateTime.toEpochMillis(person.askedAt)
  const rows: Record<string, number> = {}
  const counting = <K, A>(
    table: string,
    all: HashMap.HashMap<K, A>,
    isMeant: (each: A, key: K) => boolean
  ) => {
    const meant = HashMap.filter(all, isMeant)
    rows[table] = (rows[table] ?? 0) + HashMap.size(meant)
    return meant
  }

  const names = (facts: Option.Option<RequestFacts>, decider: Option.Option<Party>) =>
    Option.exists(facts, texts => isMentioned(texts, id)) ||
    [...Option.toArray(facts).flatMap(partiesOf), ...Option.toArray(decider)].some(party =>
      isParty(party, person)
    )
  const withoutParty = (party: Party): Party => (isParty(party, person) ? erasedParty : party)
  const withoutPerson = (facts: RequestFacts): RequestFacts => {
    const scrubbed = withoutMention(facts, id)
    return {
      ...scrubbed,
      owner: withoutParty(facts.owner),
      requester: withoutParty(facts.requester),
      recipient: withoutParty(facts.recipient),
      reason: isParty(facts.requester, person) ? Option.none() : scrubbed.reason
    }
  }

  const requests = counting(
    "transfer_requests",
    state.requests,
    request => request.createdAt <= before && names(request.facts, Option.some(deciderOf(request)))
  )
  const intents = counting(
    "kudos_intents",
    state.intents,
    intent =>
      DateTime.toEpochMillis(intent.storedAt) <= before && names(Option.some(intent.facts), Option.none())
  )
  const interactions = counting(
    "interactions",
    state.interactions,
    ({ receivedAt, userId }) => receivedAt <= before && Option.contains(userId, id)
  )
  const answers = counting("live_answers", state.answers, (_, interaction) =>
    HashMap.has(interactions, interaction)
  )
  const shown = counting(
    "shown_messages",
    state.shown,
    message => isAddressedTo({ ...state, requests }, message, person) || isInDms(state, message, person)
  )
  const people = counting("people", state.people, (_, user) => user === id)

  const audit = state.audit.map(record =>
    record.actor === id && DateTime.toEpochMillis(record.at) <= before
      ? { ...record, actor: erasedId(id) }
      : record
  )
  rows["audit_log"] = audit.filter((record, index) => record !== state.audit[index]).length

  // One stand-in for all days, so that the person still counts as one; nothing leads from it to the person.
  const standIn = `erased:${randomUUID()}`
  const usage = state.usage.map(use =>
    use.person === id && use.lastAt <= before ? { ...use, person: standIn } : use
  )
  rows["usage_activity"] = usage.filter((use, index) => use !== state.usage[index]).length

  const erased = {
    ...state,
    requests: HashMap.union(
      state.requests,
      HashMap.map(requests, request => ({
        ...request,
        facts: Option.map(request.facts, withoutPerson),
        settlement: Option.map(
          request.settlement,
          ({ at, by }): SettlementOf => ({ at, by: withoutParty(by) })
        )
      }))
    ),
    intents: HashMap.union(
      state.intents,
      HashMap.map(intents, intent => ({ ...intent, facts: withoutPerson(intent.facts) }))
    ),
    interactions: HashMap.union(
      state.interactions,
      HashMap.map(interactions, interaction => ({
        ...interaction,
        userId: Option.none(),
        token: Option.none(),
        awaitsAnswer: false
      }))
    ),
    answers: HashMap.removeMany(state.answers, HashMap.keys(answers)),
    shown: HashMap.removeMany(state.shown, HashMap.keys(shown)),
    people: HashMap.removeMany(state.people, HashMap.keys(people)),
    audit,
    usage
  }
  return [rows, erased]
}

type SettlementOf = Option.Option.Value<TransferRequest["settlement"]>
