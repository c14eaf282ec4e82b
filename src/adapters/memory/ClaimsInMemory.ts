import { Duration, Effect, HashMap, Layer, Option } from "effect"
import type { InteractionId } from "../../domain/Ids.ts"
import { Settings } from "../../config/Settings.ts"
import { WorkStart } from "../../context/WorkStart.ts"
import { Claim } from "../../domain/Claim.ts"
import { Claims } from "../../ports/Claims.ts"
import { withEntry } from "./AuditLogInMemory.ts"
import type { Interaction, State } from "./State.ts"
import { countRun, limitsOf } from "./RateLimitsInMemory.ts"
import { Process, runs } from "./Process.ts"
import { Tables } from "./Tables.ts"
import { tokenAlive } from "./tokenAlive.ts"
import { withUse } from "./UsageLogInMemory.ts"

/** Afterwards the store has forgotten the interaction. */
const forgottenAfter = Duration.toMillis("1 day")

export const layer: Layer.Layer<Claims, never, Tables | Process | Settings> = Layer.effect(
  Claims,
  Effect.gen(function* () {
    const tables = yield* Tables
    const { id: holder } = yield* Process

    const limits = limitsOf(yield* Settings)

    /** The state once the person has their answer, if the interaction is this process's. */
    const markedAnswered = (
      state: State,
      id: InteractionId,
      isMine: (interaction: Interaction) => boolean
    ) => ({
      ...state,
      interactions: HashMap.modify(state.interactions, id, interaction =>
        interaction.holder === holder && isMine(interaction)
          ? { ...interaction, awaitsAnswer: false }
          : interaction
      )
    })

    return {
      claim: ({ awaitsAnswer, id, limit, token, userId }) =>
        tables.change((state, now): readonly [Claim, State] => {
          if (HashMap.has(state.interactions, id)) return [Claim.DeliveredTwice(), state]
          const claimed: Interaction = {
            userId: Option.some(userId),
            token: Option.some(token),
            receivedAt: now,
            holder,
            takenOver: false,
            awaitsAnswer
          }
          const [until, counted] = countRun(limits, state, now, userId, limit)
          return [
            Option.match(until, { onNone: () => Claim.Ours(), onSome: at => Claim.TooOften({ until: at }) }),
            { ...counted, interactions: HashMap.set(state.interactions, id, claimed) }
          ]
        }),

      conclude: ({ deed, id, isAnswered, use }) =>
        Effect.flatMap(WorkStart, start =>
          tables.update((state, now) => {
            const answered = isAnswered
              ? markedAnswered(state, id, ({ takenOver }) => !takenOver && runs(state, holder))
              : state
            const audited = Option.match(deed, {
              onNone: () => answered,
              onSome: entry => withEntry(answered, now, start, entry)
            })
            return Option.match(use, {
              onNone: () => audited,
              onSome: one => withUse(audited, now, start, one)
            })
          })
        ),

      answeredForAnother: id =>
        tables.update(state => markedAnswered(state, id, ({ takenOver }) => takenOver)),

      adopt: tables.change((state, now) => {
        const isAwaited = ({ awaitsAnswer, receivedAt }: Interaction) =>
          awaitsAnswer && receivedAt > now - forgottenAfter
        const interactions = HashMap.map(state.interactions, interaction =>
          isAwaited(interaction) && interaction.holder !== holder && !runs(state, interaction.holder)
            ? { ...interaction, holder, takenOver: true }
            : interaction
        )
        const abandoned = HashMap.toEntries(interactions).flatMap(([id, interaction]) =>
          isAwaited(interaction) && interaction.holder === holder && interaction.takenOver
            ? Option.toArray(interaction.userId).map(userId => ({
                id,
                userId,
                token: Option.filter(interaction.token, () => tokenAlive(interaction, now))
              }))
            : []
        )
        return [abandoned, { ...state, interactions }]
      }),

      liveToken: id =>
        tables.read((state, now) =>
          HashMap.get(state.interactions, id).pipe(
            Option.filter(interaction => tokenAlive(interaction, now)),
            Option.flatMap(({ receivedAt, token }) =>
              Option.map(token, value => ({ token: value, age: Duration.millis(now - receivedAt) }))
            )
          )
        ),

      prune: tables.update((state, now) => {
        const lives = (interaction: Interaction) => tokenAlive(interaction, now)
        const interactions = state.interactions.pipe(
          HashMap.filter(({ receivedAt }) => receivedAt >= now - forgottenAfter),
          HashMap.map(interaction =>
            lives(interaction) ? interaction : { ...interaction, token: Option.none() }
          )
        )
        const answers = HashMap.filter(state.answers, (_, id) =>
          Option.exists(HashMap.get(interactions, id), lives)
        )
        return { ...state, interactions, answers }
      })
    }
  })
)
