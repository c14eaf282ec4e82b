import { expect } from "@effect/vitest"
import { Effect, Option } from "effect"
import { GatewaySessions } from "../../src/ports/GatewaySessions.ts"
import type { GatewaySession } from "../../src/ports/GatewaySessions.ts"
import { onEachStore } from "./eachStore.ts"

const bot = "123456789012345678"

const session = (shardId: number, sequence: number): GatewaySession => ({
  shardId,
  shardCount: 2,
  sessionId: "abc",
  resumeUrl: "wss://gateway.example",
  sequence
})

onEachStore("gateway sessions", it => {
  it.effect("are kept, the latest of each shard, until they are forgotten", () =>
    Effect.gen(function* () {
      const { load, save } = yield* GatewaySessions
      expect(yield* load(bot, 0)).toEqual(Option.none())
      yield* save(bot, 0, session(0, 1))
      yield* save(bot, 1, session(1, 7))
      yield* save(bot, 0, session(0, 2))
      expect(yield* load(bot, 0)).toEqual(Option.some(session(0, 2)))
      yield* save(bot, 0, null)
      expect(yield* load(bot, 0)).toEqual(Option.none())
      expect(yield* load(bot, 1)).toEqual(Option.some(session(1, 7)))
    })
  )

  it.effect("are given to no other bot, which overwrites them", () =>
    Effect.gen(function* () {
      const { load, save } = yield* GatewaySessions
      yield* save(bot, 3, session(3, 1))
      expect(yield* load("987654321098765432", 3)).toEqual(Option.none())
      expect(yield* load(bot, 3)).toEqual(Option.some(session(3, 1)))
      yield* save("987654321098765432", 3, session(3, 9))
      expect(yield* load(bot, 3)).toEqual(Option.none())
    })
  )
})
