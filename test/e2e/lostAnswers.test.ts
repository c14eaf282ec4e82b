import { expect, layer } from "@effect/vitest"
import { Effect } from "effect"
import { Fault } from "../../sandbox/mochi/Faults.ts"
import { fieldOf } from "../../sandbox/transcript.ts"
import {
  expectAlive,
  expectError,
  expectValidRequests,
  sendKudos,
  textOf,
  withFault,
  withoutWebhooks
} from "./steps.ts"
import { RunningWorld } from "./world.ts"
import type { World } from "./world.ts"

const create = ["createTransferRequest"] as const

/** What Mochi got and has of one interaction: creates that arrived, and requests that exist. */
const atMochi = ({ mochi }: World, interactionId: string) =>
  Effect.gen(function* () {
    const arrived = (yield* mochi.creates).filter(sent => sent.interactionId === interactionId)
    const existing = (yield* mochi.requests).filter(
      request => request.requesterMetadata["interaction_id"] === interactionId
    )
    return { arrived: arrived.length, existing: existing.length }
  })

const running = RunningWorld.layer({ mode: "http", environment: { MAX_RETRIES: "1" } })

layer(running, { excludeTestServices: true })("a create whose answer is lost", it => {
  const done = [
    Fault.ResetAfter(),
    Fault.StatusAfter({ status: 500 }),
    Fault.StatusAfter({ status: 504, body: "<html>" }),
    Fault.WithoutCode(),
    Fault.Malformed({ kind: "html" }),
    Fault.Malformed({ kind: "empty" }),
    Fault.Malformed({ kind: "wrongTypes" }),
    Fault.Malformed({ kind: "truncated" }),
    Fault.Malformed({ kind: "cut" }),
    Fault.Malformed({ kind: "huge" })
  ]
  it.scoped.each(done)("is found at Mochi: created, once, and its answer follows its status (%j)", fault =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      yield* withFault(world, { fault, operations: create, times: 1 })
      const run = yield* sendKudos(world)
      expect(textOf(yield* run.answered)).toContain("Kudos Request Created")
      expect(yield* atMochi(world, run.interaction.id)).toEqual({ arrived: 1, existing: 1 })
      const request = (yield* world.mochi.requests).find(
        ({ requesterMetadata }) => requesterMetadata["interaction_id"] === run.interaction.id
      )
      yield* world.mochi.decide(request!.code, "rejected")
      const told = yield* run.answeredWhen(message => fieldOf(message, "Status") !== undefined)
      expect(fieldOf(told, "Status")).toBe("rejected")
    })
  )

  it.scoped.each([Fault.ResetBefore(), Fault.Status({ status: 500 }), Fault.Status({ status: 503 })])(
    "may have been created where Mochi does not show it (%j)",
    fault =>
      Effect.gen(function* () {
        const world = yield* RunningWorld
        yield* withFault(world, { fault, operations: create, times: 1 })
        const run = yield* sendKudos(world)
        expectError(yield* run.answered, "may have been created", world.ada)
        expect(yield* atMochi(world, run.interaction.id)).toEqual({ arrived: 1, existing: 0 })
      })
  )

  it.scoped("is told of as soon as Mochi shows it after all", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      // Its webhook would tell too.
      yield* withoutWebhooks(world)
      yield* withFault(world, { fault: Fault.ResetAfter(), operations: create, times: 1 })
      const unsure = yield* Effect.scoped(
        Effect.gen(function* () {
          yield* withFault(world, {
            fault: Fault.Status({ status: 503 }),
            operations: ["transferRequests"]
          })
          const run = yield* sendKudos(world)
          expectError(yield* run.answered, "may have been created", world.ada)
          return run
        })
      )
      const answer = yield* unsure.answeredWhen(message => textOf(message).includes("Kudos Request Created"))
      expect(answer.ephemeralFor).toBe(world.ada.id)
      expect(yield* atMochi(world, unsure.interaction.id)).toEqual({ arrived: 1, existing: 1 })
    })
  )

  it.effect("leaves a service that lives on, having sent only what Discord allows", () =>
    Effect.gen(function* () {
      const world = yield* RunningWorld
      expectValidRequests(world)
      yield* expectAlive(world)
    })
  )
})
