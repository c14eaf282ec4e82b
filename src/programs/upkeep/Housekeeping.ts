import { Duration, Effect, Layer, Metric, Option, Schedule } from "effect"
import { inStep } from "../../context/inStep.ts"
import { Claims } from "../../ports/Claims.ts"
import { Liveness } from "../../ports/Liveness.ts"
import {
  mochiUp,
  notificationBacklog,
  notificationDead,
  notificationOldestAge,
  usersActiveDaily
} from "../../telemetry/metrics.ts"
import { MochiPay } from "../../ports/MochiPay.ts"
import { NotificationLog } from "../../ports/NotificationLog.ts"
import { Outbox } from "../../ports/Outbox.ts"
import { RateLimits } from "../../ports/RateLimits.ts"
import { Readiness } from "../../ports/Readiness.ts"
import { StoreHealth } from "../../ports/StoreHealth.ts"
import { UsageLog } from "../../ports/UsageLog.ts"
import { WebhookInbox } from "../../ports/WebhookInbox.ts"

const looksWithin = "3 seconds"

/** What the service does by itself: it checks its dependencies, sets gauges, and deletes what has expired. */
export const layer = Layer.scopedDiscard(
  Effect.gen(function* () {
    const readiness = yield* Readiness
    const outbox = yield* Outbox
    const notifications = yield* NotificationLog
    const claims = yield* Claims
    const inbox = yield* WebhookInbox
    const limits = yield* RateLimits
    const usage = yield* UsageLog
    const pay = yield* MochiPay
    const store = yield* StoreHealth
    const liveness = yield* Liveness

    const lookAtStore = store.takesWrites.pipe(
      Effect.timeout(looksWithin),
      Effect.matchEffect({
        onFailure: () =>
          Effect.zipRight(
            readiness.set("database", "down"),
            // Without a database there is no work to get on with, and a new process would have no database either.
            Effect.unlessEffect(liveness.progressed, store.isReachable)
          ),
        onSuccess: takesWrites =>
          Effect.zipRight(readiness.set("database", takesWrites ? "ok" : "down"), liveness.progressed)
      })
    )

    const countWaiting = Effect.gen(function* () {
      const { oldest, waiting } = yield* outbox.backlog
      yield* Metric.set(notificationBacklog, waiting)
      yield* Metric.set(notificationOldestAge, Duration.toSeconds(oldest))
      yield* Metric.set(notificationDead, yield* notifications.count("dead"))
    }).pipe(Effect.ignoreLogged)

    const lookAtMochi = Effect.gen(function* () {
      const isUp = yield* Effect.map(Effect.timeoutOption(pay.reachable, "5 seconds"), Option.contains(true))
      yield* readiness.set("mochi", isUp ? "ok" : "down")
      yield* Metric.set(mochiUp, isUp ? 1 : 0)
    })

    const forgetTokens = Effect.ignoreLogged(claims.prune)
    const forgetRuns = Effect.ignoreLogged(limits.prune)
    const forgetHistory = Effect.forEach([inbox.prune, notifications.prune, usage.prune], work =>
      Effect.ignoreLogged(work)
    )

    const countActive = Effect.ignoreLogged(
      Effect.flatMap(usage.activeDaily, active => Metric.set(usersActiveDaily, active))
    )

    yield* Effect.forkScoped(inStep("2 seconds", lookAtStore))
    yield* every("10 seconds", countWaiting)
    yield* every("10 seconds", lookAtMochi)
    yield* every("20 seconds", forgetTokens)
    yield* every("1 minute", forgetRuns)
    yield* every("1 minute", countActive)
    yield* every("1 hour", forgetHistory)
  })
)

const every = (interval: Duration.DurationInput, work: Effect.Effect<unknown>) =>
  Effect.forkScoped(Effect.repeat(work, Schedule.spaced(interval)))
