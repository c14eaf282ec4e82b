import { Effect, Option, Queue, SubscriptionRef } from "effect"
import type { Kill, Moment } from "./plan.ts"
import type { World } from "./world.ts"

/** The moment that a kill waits for may not come: then the kill happens after this many milliseconds. */
const patience = 1_000

/** Sends `kill -9` at that very moment and starts a new process at once. Returns the time of the kill. */
export const killAndRestart = (world: World, { moment }: Kill): Effect.Effect<number> =>
  Effect.gen(function* () {
    const { discord, service } = world
    const { pid } = yield* SubscriptionRef.get(service.status)
    // In the same turn of the event loop: one turn later the moment has passed.
    const strike = () => {
      try {
        if (pid !== undefined) process.kill(pid, "SIGKILL")
      } catch {
        // The process ended by itself a moment ago.
      }
    }
    yield* Effect.timeoutOption(happened(world, moment, strike), patience)
    strike()
    const at = discord.now()
    yield* service.kill
    yield* service.start
    return at
  })

/** Calls `strike` at the first event of this kind, and ends. */
const happened = ({ discord, mochi }: World, moment: Moment, strike: () => void): Effect.Effect<void> => {
  const firstAtDiscord = (tag: "MessageCreated" | "InteractionAcked") =>
    Effect.async<void>(resume => {
      const unsubscribe = discord.listen(event => {
        if (event._tag !== tag) return
        strike()
        unsubscribe()
        resume(Effect.void)
      })
      return Effect.sync(unsubscribe)
    })
  const firstAtMochi = (tag: "CallBegan" | "WebhookSent") =>
    Effect.scoped(
      Effect.gen(function* () {
        const news = yield* mochi.subscribe
        for (;;) {
          const event = yield* Queue.take(news)
          const isIt =
            event._tag === tag &&
            (event._tag !== "CallBegan" || event.call.operation === "createTransferRequest")
          if (isIt) return strike()
        }
      })
    )
  switch (moment) {
    case "at once":
      return Effect.void
    case "message shown":
      return firstAtDiscord("MessageCreated")
    case "acknowledged":
      return firstAtDiscord("InteractionAcked")
    case "create arrived":
      return firstAtMochi("CallBegan")
    case "webhook answered":
      return firstAtMochi("WebhookSent")
  }
}

/** Starts a service that ended by itself again, as an orchestrator would; returns its exit code or signal. */
export const restartIfEnded = ({ service }: World): Effect.Effect<Option.Option<string>> =>
  Effect.gen(function* () {
    const { ended, phase } = yield* SubscriptionRef.get(service.status)
    if (phase !== "stopped") return Option.none()
    yield* service.start
    return Option.fromNullable(ended)
  })
