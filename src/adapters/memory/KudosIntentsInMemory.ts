import { DateTime, Duration, Effect, Either, HashMap, Layer, Option } from "effect"
import { startedBy, WorkStart } from "../../context/WorkStart.ts"
import type { Start } from "../../context/WorkStart.ts"
import { factsOf } from "../../domain/Kudos.ts"
import type { KudosDraft } from "../../domain/Kudos.ts"
import { KudosIntents, NoLongerHeld } from "../../ports/KudosIntents.ts"
import type { StoredIntent } from "../../ports/KudosIntents.ts"
import type { StoreUnavailable } from "../../ports/StoreUnavailable.ts"
import { startOfWork, fencedFacts, wasErased } from "./fence.ts"
import { Process, runs } from "./Process.ts"
import type { OwnedIntent, State } from "./State.ts"
import { Tables } from "./Tables.ts"
import { unavailable } from "./unavailable.ts"

/** Longer than a command has in all. */
const unfinishedAfter = Duration.toMillis("1 minute")

export const layer: Layer.Layer<KudosIntents, never, Tables | Process> = Layer.effect(
  KudosIntents,
  Effect.gen(function* () {
    const tables = yield* Tables
    const { id: holder } = yield* Process

    const find = (id: StoredIntent["interactionId"]) =>
      tables.read(({ intents }) => Option.map(HashMap.get(intents, id), storedIntent))

    /** The intent of this draft, or why it may not be sent. */
    const intentOf = (
      state: State,
      now: number,
      start: Option.Option<Start>,
      draft: KudosDraft,
      origin: StoredIntent["origin"]
    ): Either.Either<OwnedIntent, StoreUnavailable | NoLongerHeld> => {
      const interactionId = draft.interactionId
      const mine = Option.filter(
        HashMap.get(state.interactions, interactionId),
        interaction => interaction.holder === holder && !interaction.takenOver && runs(state, holder)
      )
      if (Option.isNone(mine)) return Either.left(new NoLongerHeld())
      const since = startOfWork(state, now, start)
      const requester = [draft.sender.profile.id, draft.sender.userId]
      if (!mine.value.awaitsAnswer || wasErased(state, since, requester))
        return Either.left(unavailable("KudosIntents.store", "The requester was erased meanwhile"))
      if (HashMap.has(state.intents, interactionId))
        return Either.left(unavailable("KudosIntents.store", "An intent is stored already"))
      return Either.right({
        interactionId,
        state: "sending",
        vault: { applicationId: draft.application.id, vaultId: draft.vault.id },
        tokenName: draft.holding.token.name,
        facts: fencedFacts(state, since, factsOf(draft), ["requester", "recipient"]),
        storedAt: DateTime.unsafeMake(now),
        code: Option.none(),
        origin,
        holder,
        takenOver: false
      })
    }

    return {
      store: (draft, origin) =>
        Effect.gen(function* () {
          const start = yield* WorkStart
          const intent = yield* Effect.flatten(
            tables.change((state, now) => {
              const intent = intentOf(state, now, start, draft, origin)
              return [intent, Either.isRight(intent) ? withIntent(state, intent.right) : state]
            })
          )
          return { intent: storedIntent(intent), mayLeave: tables.read(state => runs(state, holder)) }
        }).pipe(startedBy({ _tag: "Interaction", id: draft.interactionId })),

      finish: (id, outcome) =>
        tables.update(state =>
          Option.match(HashMap.get(state.intents, id), {
            onNone: () => state,
            onSome: intent => {
              if (outcome._tag === "Unknown")
                return intent.state === "created" ? state : withIntent(state, { ...intent, state: "unknown" })
              const code = Option.orElse(intent.code, () => outcome.code)
              return withIntent(state, { ...intent, state: "created", code })
            }
          })
        ),

      withdraw: id =>
        Effect.flatten(
          tables.change((state): readonly [Either.Either<void, NoLongerHeld>, State] => {
            const mine = Option.filter(
              HashMap.get(state.intents, id),
              intent => intent.state === "sending" && intent.holder === holder && !intent.takenOver
            )
            return Option.match(mine, {
              onNone: () => [Either.left(new NoLongerHeld()), state],
              onSome: intent => [Either.void, withIntent(state, { ...intent, state: "not_created" })]
            })
          })
        ),

      find,
      // Transactions run one after another: the one around it keeps all others away.
      lock: find,

      adopt: tables.change((state, now) => {
        const abandoned = [...HashMap.values(state.intents)].filter(
          intent =>
            intent.state === "sending" &&
            (intent.holder === holder
              ? DateTime.toEpochMillis(intent.storedAt) < now - unfinishedAfter
              : !runs(state, intent.holder))
        )
        const after = abandoned.reduce(
          (before, intent) => withIntent(before, { ...intent, holder, takenOver: true }),
          state
        )
        return [abandoned.map(storedIntent), after]
      })
    }
  })
)

const withIntent = (state: State, intent: OwnedIntent): State => ({
  ...state,
  intents: HashMap.set(state.intents, intent.interactionId, intent)
})

const storedIntent = ({ holder: _holder, takenOver: _takenOver, ...intent }: OwnedIntent): StoredIntent =>
  intent
