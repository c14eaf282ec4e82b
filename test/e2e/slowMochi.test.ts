import { describe, expect, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { Fault } from "../../sandbox/mochi/Faults.ts"
import type { Operation } from "../../sandbox/mochi/routes.ts"
import { expectAlive, expectError, sendKudos, textOf, withFault } from "./steps.ts"
import { makeRunningWorld } from "./world.ts"

/** More than 20 seconds for a command, less than two tries of ten. */
const patience = 21_000

describe("a command while Mochi hangs", () => {
  it.scopedLive("is answered within its 20 seconds, and with what is true", () =>
    Effect.gen(function* () {
      const world = yield* makeRunningWorld({ mode: "http" })
      const { ada, mochi } = world

      /** Begins a command and waits until its call hangs, so that the next fault is for the next command. */
      const begin = (fault: Fault, operation: Operation, times: number) =>
        Effect.gen(function* () {
          yield* mochi.forgetCalls
          yield* withFault(world, { fault, operations: [operation], times })
          const run = yield* sendKudos(world)
          yield* mochi.until(({ calls }) =>
            Option.fromNullable(calls.find(call => call.operation === operation))
          )
          return run.answeredWhen(() => true, patience)
        })

      const found = yield* begin(Fault.HangAfter(), "createTransferRequest", 1)
      const unsure = yield* begin(Fault.HangBefore(), "createTransferRequest", 1)
      const slow = yield* begin(Fault.HangBefore(), "balances", 2)
      const answers = yield* Effect.all({ found, unsure, slow }, { concurrency: "unbounded" })
      expect(textOf(answers.found)).toContain("Kudos Request Created")
      expectError(answers.unsure, "may have been created", ada)
      expectError(answers.slow, "Mochi is not responding", ada)
      expect((yield* mochi.requests).length).toBe(1)
      yield* expectAlive(world)
    })
  )
})
