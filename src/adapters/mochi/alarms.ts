import { Effect, Fiber, Runtime } from "effect"
import type { Scope } from "effect"
import { unsafeMonotonicMillis } from "../../context/monotonic.ts"
import { insertInOrder, removeFrom } from "./inOrder.ts"

/** One timer for many moments, nearly all of which are taken back: a timeout of Effect's costs two fibers each. */
export interface Alarms {
  /** Runs `ring` at this moment of the monotonic clock. Returns what takes the alarm back; `ring` must not throw. */
  readonly at: (moment: number, ring: () => void) => () => void
}

interface Alarm {
  readonly moment: number
  readonly ring: () => void
}

export const make: Effect.Effect<Alarms, never, Scope.Scope> = Effect.gen(function* () {
  const clock = yield* Effect.clock
  const fork = Runtime.runFork(yield* Effect.runtime())
  const alarms: Array<Alarm> = []
  let isClosed = false
  let timer: { readonly moment: number; readonly fiber: Fiber.RuntimeFiber<void> } | undefined

  /** A timer that is too early stays: the alarm that it was set for was taken back, and the next one may be soon. */
  const setTimer = () => {
    const next = alarms[0]
    if (isClosed || next === undefined || (timer !== undefined && timer.moment <= next.moment)) return
    const earlier = timer
    const millis = Math.max(0, Math.ceil(next.moment - unsafeMonotonicMillis(clock)))
    const fiber = fork(Effect.zipRight(Effect.sleep(millis), Effect.sync(ringDue)))
    timer = { moment: next.moment, fiber }
    if (earlier !== undefined) fork(Fiber.interrupt(earlier.fiber))
  }

  const ringDue = () => {
    timer = undefined
    const now = unsafeMonotonicMillis(clock)
    for (let next = alarms[0]; next !== undefined && next.moment <= now; next = alarms[0]) {
      alarms.shift()
      next.ring()
    }
    setTimer()
  }

  yield* Effect.addFinalizer(() =>
    Effect.suspend(() => {
      isClosed = true
      return timer === undefined ? Effect.void : Fiber.interrupt(timer.fiber)
    })
  )

  return {
    at: (moment, ring) => {
      const alarm = { moment, ring }
      insertInOrder(alarms, alarm, ({ moment }) => moment)
      setTimer()
      return () => removeFrom(alarms, alarm)
    }
  }
})
