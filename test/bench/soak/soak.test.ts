import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { planOf } from "../../../bench/soak/plan.ts"
import { reportOf } from "../../../bench/soak/report.ts"
import { run } from "../../../bench/soak/run.ts"
import { countTroubles } from "../../../bench/soak/countTroubles.ts"

const minutes = 0.2
const seed = 7

it.scopedLive(
  "a short soak runs to its end: people are served, the service is killed, troubles strike, and nothing is doubled",
  () =>
    Effect.gen(function* () {
      const plan = planOf({ millis: minutes * 60_000, seed })
      const outcome = yield* run(plan, { seed, log: undefined, watched: 5_000, say: () => Effect.void })
      const report = reportOf(outcome, yield* countTroubles(outcome.world), { minutes, seed })
      expect(report.kills).toBe(1)
      expect(outcome.judgements).toHaveLength(plan.errands.length)
      expect(report.subjects.request.sent).toBeGreaterThan(5)
      expect(report.subjects.card.sent).toBe(report.subjects.request.sent)
      expect(report.struck["answered 429 there"]).toBeGreaterThan(0)
      expect(report.struck["events overtaken"]).toBeDefined()
      // What is lost or late depends on the machine as well, and is for `npm run soak` to say.
      expect(report.findings.filter(({ fault }) => fault === "doubled")).toEqual([])
    }),
  400_000
)
