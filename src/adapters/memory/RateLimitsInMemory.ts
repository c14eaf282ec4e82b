import { DateTime, Effect, HashMap, Layer, Option } from "effect"
import { Settings } from "../../config/Settings.ts"
import { RateLimits } from "../../ports/RateLimits.ts"
import type { LimitedKind } from "../../ports/RateLimits.ts"
import { textOf } from "./State.ts"
import { Tables } from "./Tables.ts"

/** Exports and erasures of one person. */
const wholeData = { runs: 3, seconds: 24 * 60 * 60 }

export const layer: Layer.Layer<RateLimits, never, Tables | Settings> = Layer.effect(
  RateLimits,
  Effect.gen(function* () {
    const tables = yield* Tables
    const { runs, seconds } = (yield* Settings).limits.user
    const limits: Readonly<Record<LimitedKind, { readonly runs: number; readonly seconds: number }>> = {
      kudos: { runs, seconds },
      button: { runs: 2 * runs, seconds },
      export: wholeData,
      erasure: wholeData
    }
    const longest = 1000 * Math.max(...Object.values(limits).map(limit => limit.seconds))

    return {
      take: (user, kind) =>
        tables.change((state, now) => {
          const limit = limits[kind]
          const window = 1000 * limit.seconds
          const key = textOf(user, kind)
          const recent = Option.getOrElse(HashMap.get(state.runs, key), () => []).filter(
            run => run > now - window
          )
          const oldest = recent.at(-limit.runs)
          if (oldest !== undefined) return [Option.some(DateTime.unsafeMake(oldest + window)), state]
          return [Option.none(), { ...state, runs: HashMap.set(state.runs, key, [...recent, now]) }]
        }),
      prune: tables.update((state, now) => ({
        ...state,
        runs: HashMap.filter(state.runs, runs => runs.some(run => run > now - longest))
      }))
    }
  })
)
