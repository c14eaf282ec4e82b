import { Effect, Option, Queue, SubscriptionRef } from "effect"
import type { Kill, Moment } from "./plan.ts"
import type { World } from "./world.ts"

/** What a kill waits for may not happen: then it strikes after so long, in milliseconds. */
const patience = 1_000

/** `kill -9` in the very moment, and a new process at once. Ends with the time of the kill, when the old one is gone. */
export const killAndRestart = (world: World, { moment }: Kill): Effect.Effect<number> =>
  Effect.gen(function* () {
    const { discord, service } = world
    const { pid } = yield* SubscriptionRef.get(service.status)
    // In the same turn of the loop: what waits for the next one is no longer the moment.
    const strike = () => {
      try {
        if (pid !== undefined) process.kill(pid, "SIGKILL")
      } catch {
        // It ended by itself a moment ago.
      }
    }
    yield* Effect.timeoutOption(happened(world, moment, strike), patience)
    strike()
    const at = discord.now()
    yield* service.kill
    yield* service.start
    return at
  })

/** Calls back at the first thing of this kind, and ends. */
const happened = ({ discord, mochi }: World, moment: Moment, strike: () => void): Effect.Effect<void> => {
  const seen = (tag: "MessageCreated" | "InteractionAcked") =>
    Effect.async<void>(resume => {
      const forget = discord.listen(event => {
        if (event._tag !== tag) return
        strike()
        forget()
        resume(Effect.void)
      })
      return Effect.sync(forget)
    })
  const heard = (tag: "CallBegan" | "WebhookSent") =>
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
      return seen("MessageCreated")
    case "acknowledged":
      return seen("InteractionAcked")
    case "create arrived":
      return heard("CallBegan")
    case "webhook answered":
      return heard("WebhookSent")
  }
}

/** A service that ends by itself is started again, as an orchestrator would; the answer is what it ended with. */
export const restartIfEnded = ({ service }: World): Effect.Effect<Option.Option<string>> =>
  Effect.gen(function* () {
    const { ended, phase } = yield* SubscriptionRef.get(service.status)
    if (phase !== "stopped") return Option.none()
    yield* service.start
    return Option.fromNullable(ended)
  })
