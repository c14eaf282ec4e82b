import { SqlClient } from "@effect/sql"
import { expect, layer } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import * as GatewaySessionsSql from "../../../src/adapters/postgres/GatewaySessionsSql.ts"
import { GatewaySessions } from "../../../src/ports/GatewaySessions.ts"
import type { GatewaySession } from "../../../src/ports/GatewaySessions.ts"
import * as TestDatabase from "../../support/postgres.ts"

const session = (shardId: number, sequence: number): GatewaySession => ({
  shardId,
  shardCount: 2,
  sessionId: "abc",
  resumeUrl: "wss://gateway.example",
  sequence
})

layer(Layer.provideMerge(GatewaySessionsSql.layer, TestDatabase.layer))("GatewaySessionsSql", it => {
  it.effect("keeps the latest session of each shard until it is forgotten", () =>
    Effect.gen(function* () {
      const { load, save } = yield* GatewaySessions
      expect(yield* load(0)).toEqual(Option.none())
      yield* save(0, session(0, 1))
      yield* save(1, session(1, 7))
      yield* save(0, session(0, 2))
      expect(yield* load(0)).toEqual(Option.some(session(0, 2)))
      yield* save(0, null)
      expect(yield* load(0)).toEqual(Option.none())
      expect(yield* load(1)).toEqual(Option.some(session(1, 7)))
    })
  )

  it.effect("fails on a session that it cannot read", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`insert into gateway_sessions (shard_id, session) values (5, '{"shardId": "five"}')`
      const error = yield* Effect.flip(Effect.flatMap(GatewaySessions, ({ load }) => load(5)))
      expect(error).toMatchObject({ _tag: "StoreUnavailable", operation: "GatewaySessions.load" })
    })
  )
})
