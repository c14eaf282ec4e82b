import { Effect, HashMap, Layer, Option } from "effect"
import { GatewaySessions } from "../../ports/GatewaySessions.ts"
import { Tables } from "./Tables.ts"

export const layer: Layer.Layer<GatewaySessions, never, Tables> = Layer.effect(
  GatewaySessions,
  Effect.map(Tables, tables => ({
    load: (bot, shardId) =>
      tables.read(({ sessions }) =>
        HashMap.get(sessions, shardId).pipe(
          Option.filter(stored => stored.bot === bot),
          Option.map(({ session }) => session)
        )
      ),
    save: (bot, shardId, session) =>
      tables.update(state => ({
        ...state,
        sessions:
          session === null
            ? HashMap.remove(state.sessions, shardId)
            : HashMap.set(state.sessions, shardId, { bot, session })
      }))
  }))
)
