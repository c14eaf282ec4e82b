import { it } from "@effect/vitest"
import { Effect, Logger, TestClock } from "effect"
import { expect } from "vitest"
import * as ExportWatch from "../../../src/adapters/telemetry/exportWatch.ts"
import { hour, withSteppedClock } from "../../support/steppedClock.ts"

const failure = (code: number | string) => Object.assign(new Error("not exported"), { code })

it.effect.each([
  [14, "gRPC 14 UNAVAILABLE"],
  [4, "gRPC 4 DEADLINE_EXCEEDED"],
  [16, "gRPC 16 UNAUTHENTICATED"],
  [401, "HTTP 401"],
  [503, "HTTP 503"],
  ["ECONNREFUSED", "ECONNREFUSED"]
] as const)("A failing export with the code %s is called %s (C21)", ([code, reason]) =>
  Effect.gen(function* () {
    const watch = yield* ExportWatch.make
    watch.failed("traces", failure(code))
    expect((yield* watch.signals).traces).toMatchObject({ state: "failing", reason })
  })
)

it.effect.each([-hour, hour])(
  "A failure that lasts is told once a minute, the wall clock set by %i ms (C3)",
  millis =>
    withSteppedClock(step =>
      Effect.gen(function* () {
        let told = 0
        const watch = yield* Effect.provide(
          ExportWatch.make,
          Logger.replace(
            Logger.defaultLogger,
            Logger.make(() => {
              told += 1
            })
          )
        )
        const fails = Effect.fnUntraced(function* (times: number) {
          for (let time = 0; time < times; time++) {
            watch.failed("traces", failure(503))
            yield* TestClock.adjust("10 seconds")
          }
        })
        yield* fails(1)
        yield* step(millis)
        yield* fails(5)
        expect(told).toBe(1)
        yield* fails(6)
        expect(told).toBe(2)
      })
    )
)
