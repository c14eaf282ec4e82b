import { Duration, Effect, HashMap, Layer, Option } from "effect"
import { WorkStart } from "../../context/WorkStart.ts"
import type { Start } from "../../context/WorkStart.ts"
import type { RequestKey } from "../../domain/Ids.ts"
import type { Audience } from "../../domain/Notification.ts"
import { nobody } from "../../domain/TransferRequest.ts"
import type { RequestFacts, TransferRequest } from "../../domain/TransferRequest.ts"
import { TransferRequests } from "../../ports/TransferRequests.ts"
import type { Shown } from "../../ports/TransferRequests.ts"
import { withEntry } from "./AuditLogInMemory.ts"
import { startOfWork, fencedFacts, fencedParty, idsOf, mergedParty, wasErased } from "./fence.ts"
import { requestText, textOf } from "./State.ts"
import type { OwnedIntent, StoredRequest, State } from "./State.ts"
import { Tables } from "./Tables.ts"
import { tokenAlive } from "./tokenAlive.ts"

/** `lock` outside a transaction is a defect: there it would lock nothing. */
export const layer: Layer.Layer<TransferRequests, never, Tables> = Layer.effect(
  TransferRequests,
  Effect.gen(function* () {
    const tables = yield* Tables

    const find = (key: RequestKey) => tables.read(state => found(state, key))

    const put = (key: RequestKey, audience: Audience, shown: Shown, isNew: boolean) =>
      tables.update((state, now) => {
        const isErased = Option.exists(
          Option.flatMap(found(state, key), ({ facts }) => facts),
          facts => facts[audience].isErased === true
        )
        if (isErased) return state
        const place = shownText(key, audience)
        const before = Option.filter(HashMap.get(state.shown, place), () => !isNew)
        const startedAt = Option.match(before, { onNone: () => now, onSome: message => message.startedAt })
        const message = { request: key, audience, shown, startedAt }
        return { ...state, shown: HashMap.set(state.shown, place, message) }
      })

    return {
      find,

      // Transactions run one after another.
      lock: key =>
        Effect.if(tables.isInTransaction, {
          onTrue: () => find(key),
          onFalse: () => Effect.dieMessage("TransferRequests.lock needs a transaction around it")
        }),

      save: (request, deed = Option.none()) =>
        Effect.flatMap(WorkStart, start =>
          tables.update((state, now) => {
            const saved = merged(state, startOfWork(state, now, start), request, now)
            const after = { ...state, requests: HashMap.set(state.requests, requestText(request.key), saved) }
            return Option.match(deed, {
              onNone: () => after,
              onSome: entry => withEntry(after, now, start, entry)
            })
          })
        ),

      addCreated: (key, { facts: { recipient, requester }, interactionId }, deed) =>
        tables.change((state, now): readonly [boolean, State] => {
          const start = Option.some<Start>({ _tag: "Interaction", id: interactionId })
          const intent = Option.filter(
            HashMap.get(state.intents, interactionId),
            one =>
              one.state === "sending" &&
              Option.isNone(one.code) &&
              !one.takenOver &&
              one.vault.applicationId === key.applicationId &&
              !wasErased(state, startOfWork(state, now, start), [requester, recipient].flatMap(idsOf))
          )
          if (Option.isNone(intent) || HashMap.has(state.requests, requestText(key))) return [false, state]
          const { facts, origin } = intent.value
          const request: StoredRequest = {
            key,
            status: "pending",
            facts: Option.some(facts),
            settlement: Option.none(),
            interactionId: Option.some(interactionId),
            origin,
            createdAt: now
          }
          const finished: OwnedIntent = { ...intent.value, state: "created", code: Option.some(key.code) }
          const added: State = {
            ...state,
            requests: HashMap.set(state.requests, requestText(key), request),
            intents: HashMap.set(state.intents, interactionId, finished),
            answers: HashMap.set(state.answers, interactionId, { request: key, view: "kudos" })
          }
          return [true, withEntry(added, now, start, deed)]
        }),

      shown: (key, audience) =>
        tables.read((state, now) =>
          Option.map(HashMap.get(state.shown, shownText(key, audience)), ({ startedAt, shown }) => ({
            ...shown,
            // A clock that was set back does not make a message younger.
            age: Duration.millis(Math.abs(now - startedAt))
          }))
        ),
      begin: (key, audience, shown) => put(key, audience, shown, true),
      show: (key, audience, shown) => put(key, audience, shown, false),

      adopt: (key, presser, shown) =>
        tables.update((state, now) => {
          const place = shownText(key, "owner")
          const owner = Option.map(
            Option.flatMap(found(state, key), ({ facts }) => facts),
            facts => facts.owner
          )
          const isAnothers = Option.exists(
            owner,
            ({ isErased, profileId }) => isErased === true || Option.exists(profileId, id => id !== presser)
          )
          if (isAnothers || HashMap.has(state.shown, place)) return state
          const message = { request: key, audience: "owner" as const, shown, startedAt: now }
          return { ...state, shown: HashMap.set(state.shown, place, message) }
        }),

      redrawn: (key, audience, status) =>
        tables.change(state => [
          Option.flatMap(HashMap.get(state.shown, shownText(key, audience)), () =>
            Option.map(found(state, key), request => request.status)
          ),
          {
            ...state,
            shown: HashMap.modify(state.shown, shownText(key, audience), message => ({
              ...message,
              shown: { ...message.shown, status, isOutdated: false }
            }))
          }
        ]),

      liveAnswers: key =>
        tables.read((state, now) =>
          HashMap.toEntries(state.answers)
            .flatMap(([interactionId, { request, view }]) => {
              const received = Option.filter(HashMap.get(state.interactions, interactionId), interaction =>
                tokenAlive(interaction, now)
              )
              return requestText(request) === requestText(key)
                ? Option.toArray(received).map(({ receivedAt }) => ({ interactionId, view, receivedAt }))
                : []
            })
            .toSorted((one, other) => one.receivedAt - other.receivedAt)
            .map(({ interactionId, view }) => ({ interactionId, view }))
        ),
      answeredBy: id =>
        tables.read(state =>
          Option.flatMap(HashMap.get(state.answers, id), ({ request }) => found(state, request))
        ),
      addAnswer: (request, { interactionId, view }) =>
        tables.update(state => ({
          ...state,
          answers: HashMap.set(state.answers, interactionId, { request, view })
        }))
    }
  })
)

const found = (state: State, key: RequestKey): Option.Option<TransferRequest> =>
  Option.map(
    HashMap.get(state.requests, requestText(key)),
    ({ createdAt: _, ...request }): TransferRequest => request
  )

const shownText = ({ applicationId, code }: RequestKey, audience: Audience): string =>
  textOf(applicationId, code, audience)

/** The request as it is stored over the one that was there, without the people whom the fence keeps out. */
const merged = (state: State, since: number, request: TransferRequest, now: number): StoredRequest => {
  const before = HashMap.get(state.requests, requestText(request.key))
  const settledBefore = Option.flatMap(before, ({ settlement }) => settlement)
  return {
    ...request,
    createdAt: Option.match(before, { onNone: () => now, onSome: ({ createdAt }) => createdAt }),
    facts: Option.map(request.facts, facts => {
      const fenced = fencedFacts(state, since, facts, ["owner", "requester", "recipient"])
      return Option.match(
        Option.flatMap(before, stored => stored.facts),
        { onNone: () => fenced, onSome: stored => mergedFacts(stored, facts, fenced) }
      )
    }),
    settlement: Option.map(request.settlement, ({ at, by }) => ({
      at,
      by: mergedParty(
        Option.match(settledBefore, { onNone: () => nobody, onSome: settlement => settlement.by }),
        { asReported: by, fenced: fencedParty(state, since, by) }
      )
    }))
  }
}

const mergedFacts = (stored: RequestFacts, asReported: RequestFacts, fenced: RequestFacts): RequestFacts => {
  const party = (name: "owner" | "requester" | "recipient") =>
    mergedParty(stored[name], { asReported: asReported[name], fenced: fenced[name] })
  return {
    ...fenced,
    owner: party("owner"),
    requester: party("requester"),
    recipient: party("recipient"),
    // The requester wrote the reason.
    reason: stored.requester.isErased === true ? Option.none() : fenced.reason
  }
}
