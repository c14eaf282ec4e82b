import { DateTime, Effect, HashMap, Layer, Option } from "effect"
import { Settings } from "../../config/Settings.ts"
import type { SettingsValues } from "../../config/Settings.ts"
import type { UserId } from "../../domain/Ids.ts"
import { RateLimits } from "../../ports/RateLimits.ts"
import type { LimitedKind } from "../../ports/RateLimits.ts"
import { textOf } from "./State.ts"
import type { State } from "./State.ts"
import { Tables } from "./Tables.ts"

/** Exports and erasures of one person. */
const wholeData = { runs: 3, seconds: 24 * 60 * 60 }

type Limits = Readonly<Record<LimitedKind, { readonly runs: number; readonly seconds: number }>>

export const limitsOf = ({ limits: { user } }: SettingsValues): Limits => ({
  kudos: user,
  button: { runs: 2 * user.runs, seconds: user.seconds },
  export: wholeData,
  erasure: wholeData
})

/** Counts a run: the moment to try again if there were too many, and the state that follows. */
export const countRun = (
  limits: Limits,
  state: State,
  now: number,
  user: UserId,
  kind: LimitedKind
): readonly [Option.Option<DateTime.Utc>, State] => {
  const limit = limits[kind]
  const window = 1000 * limit.seconds
  const key = textOf(user, kind)
  const recent = Option.getOrElse(HashMap.get(state.runs, key), () => []).filter(run => run > now - window)
  const oldest = recent.at(-limit.runs)
  if (oldest !== undefined) return [Option.some(DateTime.unsafeMake(oldest + window)), state]
  return [Option.none(), { ...state, runs: HashMap.set(state.runs, key, [...recent, now]) }]
}

export const layer: Layer.Layer<RateLimits, never, Tables | Settings> = Layer.effect(
  RateLimits,
  Effect.gen(function* () {
    const tables = yield* Tables
    const limits = limitsOf(yield* Settings)
    const longest = 1000 * Math.max(...Object.values(limits).map(limit => limit.seconds))

    return {
      take: (user, kind) => tables.change((state, now) => countRun(limits, state, now, user, kind)),
      prune: tables.update((state, now) => ({
        ...state,
        runs: HashMap.filter(state.runs, runs => runs.some(run => run > now - longest))
      }))
    }
  })
)
