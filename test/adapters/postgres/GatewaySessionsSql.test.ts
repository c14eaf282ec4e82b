import { SqlClient } from "@effect/sql"
import { expect, layer } from "@effect/vitest"
import { Effect, Layer, Option, Redacted } from "effect"
import { botOf } from "../../../src/adapters/discord/botOf.ts"
import * as GatewaySessionsSql from "../../../src/adapters/postgres/GatewaySessionsSql.ts"
import { GatewaySessions } from "../../../src/ports/GatewaySessions.ts"
import type { GatewaySession } from "../../../src/ports/GatewaySessions.ts"
import * as TestDatabase from "../../support/postgres.ts"

const bot = "123456789012345678"

const session = (shardId: number, sequence: number): GatewaySession => ({
  shardId,
  shardCount: 2,
  sessionId: "abc",
  resumeUrl: "wss://gateway.example",
  sequence
})

layer(Layer.provideMerge(GatewaySessionsSql.layer, TestDatabase.layer))("GatewaySessionsSql", it => {
  it.effect("gives nobody the session of a bot that nobody wrote down", () =>
    Effect.gen(function* () {
      const { load, save } = yield* GatewaySessions
      const sql = yield* SqlClient.SqlClient
      yield* save(bot, 3, session(3, 1))
      expect(yield* load(bot, 3)).toEqual(Option.some(session(3, 1)))
      yield* sql`update gateway_sessions set bot = null where shard_id = 3`
      expect(yield* load(bot, 3)).toEqual(Option.none())
    })
  )

  it("a bot is known by its token, whose reset makes no other of it", () => {
    const of = (token: string) => botOf(Redacted.make(token))
    const first = Buffer.from(bot).toString("base64url")
    expect([of(`${first}.GhIjKl.abcdef`), of(`${first}.MnOpQr.ghijkl`)]).toEqual([bot, bot])
    expect(of("a-token")).toMatch(/^[0-9a-f]{32}$/)
    expect(of("a-token")).not.toBe(of("another-token"))
  })

  it.effect("fails on a session that it cannot read", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`insert into gateway_sessions (shard_id, session, bot) values (5, '{"shardId": "five"}', ${bot})`
      const error = yield* Effect.flip(Effect.flatMap(GatewaySessions, ({ load }) => load(bot, 5)))
      expect(error).toMatchObject({ _tag: "StoreUnavailable", operation: "GatewaySessions.load" })
    })
  )
})
