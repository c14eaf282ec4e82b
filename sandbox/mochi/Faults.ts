import { Data, type Duration, Effect, Ref, Utils } from "effect"
import type { Operation } from "./routes.ts"

/** What can go wrong with a call. "Before" means that Mochi did nothing, "after" that it did its work. */
export type Fault = Data.TaggedEnum<{
  Latency: { readonly duration: Duration.DurationInput }
  /** answers this before any work; `body` is sent as it is, JSON or not */
  Status: { readonly status: number; readonly body?: string; readonly headers?: Record<string, string> }
  /** does the work, then answers this */
  StatusAfter: { readonly status: number; readonly body?: string; readonly headers?: Record<string, string> }
  RateLimited: { readonly retryAfterSeconds: number }
  HangBefore: {}
  HangAfter: {}
  ResetBefore: {}
  ResetAfter: {}
  /** does the work, then answers with the work's status and this instead of its body */
  Malformed: { readonly kind: "html" | "empty" | "huge" | "wrongTypes" | "truncated" | "cut" }
  /** a create's answer loses its code */
  WithoutCode: {}
}>

export const Fault = Data.taggedEnum<Fault>()

export interface FaultRule {
  readonly fault: Fault
  /** default: every operation */
  readonly operations?: ReadonlyArray<Operation>
  /** only calls whose path holds this; default: every call */
  readonly about?: string
  /** this many matching calls succeed first */
  readonly skip?: number
  /** strikes this many times; default: always */
  readonly times?: number
  /** 0 to 1, default: 1; drawn from `seed`, so that a run can be repeated */
  readonly probability?: number
  readonly seed?: number
}

export interface Faults {
  /** Switches a fault on; the result switches it off. Latencies add up; of other faults the oldest rule wins. */
  readonly add: (rule: FaultRule) => Effect.Effect<Effect.Effect<void>>
  readonly clear: Effect.Effect<void>
  /** the faults that strike this call; counts the call */
  readonly draw: (operation: Operation, path: string) => Effect.Effect<ReadonlyArray<Fault>>
}

export const make: Effect.Effect<Faults> = Effect.gen(function* () {
  const active = yield* Ref.make<ReadonlyArray<ActiveRule>>([])
  return {
    add: rule => {
      const entry: ActiveRule = {
        rule,
        seen: 0,
        hits: 0,
        random: new Utils.PCGRandom(rule.seed ?? 1)
      }
      return Ref.update(active, rules => [...rules, entry]).pipe(
        Effect.as(Ref.update(active, rules => rules.filter(other => other.random !== entry.random)))
      )
    },
    clear: Ref.set(active, []),
    draw: (operation, path) =>
      Ref.modify(active, rules => {
        const faults: Array<Fault> = []
        const next = rules.map(entry => {
          const { about = "", operations } = entry.rule
          if (!(operations?.includes(operation) ?? true) || !path.includes(about)) {
            return entry
          }
          // while an earlier rule strikes, later rules do not use up their counts
          if (entry.rule.fault._tag !== "Latency" && faults.some(fault => fault._tag !== "Latency")) {
            return entry
          }
          const strikes =
            entry.seen >= (entry.rule.skip ?? 0) &&
            entry.hits < (entry.rule.times ?? Number.POSITIVE_INFINITY) &&
            entry.random.number() < (entry.rule.probability ?? 1)
          if (strikes) {
            faults.push(entry.rule.fault)
          }
          return { ...entry, seen: entry.seen + 1, hits: entry.hits + (strikes ? 1 : 0) }
        })
        return [faults, next]
      })
  }
})

interface ActiveRule {
  readonly rule: FaultRule
  readonly seen: number
  readonly hits: number
  readonly random: Utils.PCGRandom
}
