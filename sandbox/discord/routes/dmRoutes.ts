import { Effect, Schema } from "effect"
import { openingDmsTooFast, unknownUser } from "../DiscordError.ts"
import type { State } from "../State.ts"
import { faultAt, snowflake, validate } from "../Validation.ts"
import { channelPayload } from "../wire.ts"
import type { Route } from "./Route.ts"
import { ok } from "./Route.ts"

const Body = Schema.Struct({ recipient_id: snowflake })

/** The remaining allowance for new DMs, for each fake. */
const allowances = new WeakMap<State, { tokens: number; at: number }>()

const takeToken = (state: State): boolean => {
  const { burst, perSecond } = state.settings.dmOpens
  const now = state.clock.now()
  const before = allowances.get(state) ?? { tokens: burst, at: now }
  const tokens = Math.min(burst, before.tokens + ((now - before.at) / 1000) * perSecond)
  allowances.set(state, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now })
  return tokens >= 1
}

/** Opening a DM again returns the same channel and uses no allowance. */
export const dmRoutes: ReadonlyArray<Route> = [
  {
    method: "POST",
    template: "/users/@me/channels",
    access: "bot",
    handle: (state, request) =>
      Effect.gen(function* () {
        const { world } = state
        const { recipient_id } = yield* validate(Body)(request.body)
        const existing = world.dmWith(recipient_id)
        if (existing) return ok(channelPayload(existing, world))
        if (!world.users.has(recipient_id)) return yield* unknownUser()
        if (recipient_id === world.bot.id) {
          return yield* faultAt(["recipient_id"], "CANNOT_DM_SELF", "Cannot send messages to this user")
        }
        if (!takeToken(state)) return yield* openingDmsTooFast()
        return ok(channelPayload(world.openDm(recipient_id), world))
      })
  }
]
