import { Duration, Effect, HashMap, Layer, Option } from "effect"
import type { InteractionId } from "../../domain/Ids.ts"
import { Claims } from "../../ports/Claims.ts"
import type { Interaction, State } from "./State.ts"
import { Process, runs } from "./Process.ts"
import { Tables } from "./Tables.ts"
import { tokenAlive } from "./tokenAlive.ts"

/** Afterwards the store has forgotten the interaction. */
const forgottenAfter = Duration.toMillis("1 day")

export const layer: Layer.Layer<Claims, never, Tables | Process> = Layer.effect(
  Claims,
  Effect.gen(function* () {
    const tables = yield* Tables
    const { id: holder } = yield* Process

    /** Stores that the person has their answer, if the interaction is this process's. */
    const markAnswered = (id: InteractionId, isMine: (interaction: Interaction, state: State) => boolean) =>
      tables.update(state => ({
        ...state,
        interactions: HashMap.modify(state.interactions, id, interaction =>
          interaction.holder === holder && isMine(interaction, state)
            ? { ...interaction, awaitsAnswer: false }
            : interaction
        )
      }))

    return {
      claim: ({ awaitsAnswer, id, token, userId }) =>
        tables.change((state, now) => {
          if (HashMap.has(state.interactions, id)) return [false, state]
          const claimed: Interaction = {
            userId: Option.some(userId),
            token: Option.some(token),
            receivedAt: now,
            holder,
            takenOver: false,
            awaitsAnswer
          }
          return [true, { ...state, interactions: HashMap.set(state.interactions, id, claimed) }]
        }),

      answered: id => markAnswered(id, ({ takenOver }, state) => !takenOver && runs(state, holder)),

      answeredForAnother: id => markAnswered(id, ({ takenOver }) => takenOver),

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
