import { Duration, Effect, HashMap, Layer, Option } from "effect"
import { randomUUID } from "node:crypto"
import { DecisionLeases, LeaseToken } from "../../ports/DecisionLeases.ts"
import { requestText } from "./State.ts"
import { Tables } from "./Tables.ts"

const lapsesAfter = Duration.toMillis("25 seconds")

export const layer: Layer.Layer<DecisionLeases, never, Tables> = Layer.effect(
  DecisionLeases,
  Effect.map(Tables, tables => ({
    acquire: request =>
      tables.change((state, now) => {
        const key = requestText(request)
        const isTaken = Option.exists(
          HashMap.get(state.leases, key),
          ({ acquiredAt }) => Math.abs(now - acquiredAt) <= lapsesAfter
        )
        if (isTaken) return [Option.none(), state]
        const token = LeaseToken.make(randomUUID())
        const leases = HashMap.set(state.leases, key, { token, acquiredAt: now })
        return [Option.some(token), { ...state, leases }]
      }),
    release: token =>
      tables.update(state => ({
        ...state,
        leases: HashMap.filter(state.leases, lease => lease.token !== token)
      }))
  }))
)
