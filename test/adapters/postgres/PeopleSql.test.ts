import { SqlClient } from "@effect/sql"
import { expect, layer } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import * as PeopleSql from "../../../src/adapters/postgres/PeopleSql.ts"
import { ChannelId, BotId, UserId } from "../../../src/domain/Ids.ts"
import { People } from "../../../src/ports/People.ts"
import * as pseudonyms from "../../support/pseudonyms.ts"
import * as TestDatabase from "../../support/postgres.ts"

const ours = BotId.make("1100000000000000001")

const someone = (last: string) => UserId.make(`12345678901234567${last}`)

layer(PeopleSql.layer.pipe(Layer.provide(pseudonyms.layer), Layer.provideMerge(TestDatabase.layer)))(
  "people",
  it => {
    it.effect("have no DM channel of which nobody knows the bot (C5)", () =>
      Effect.gen(function* () {
        const people = yield* People
        const sql = yield* SqlClient.SqlClient
        yield* sql`insert into people (discord_user_id, dm_channel_id) values (${someone("5")}, '77')`
        expect(yield* people.dmChannel(someone("5"), ours)).toEqual(Option.none())
        yield* people.rememberDmChannel(someone("5"), ChannelId.make("79"), ours)
        expect(yield* people.dmChannel(someone("5"), ours)).toEqual(Option.some("79"))
      })
    )

    it.effect("fail as a store where a row does not decode", () =>
      Effect.gen(function* () {
        const people = yield* People
        const sql = yield* SqlClient.SqlClient
        yield* sql`insert into people (discord_user_id, dm_channel_id, dm_application_id)
        values (${someone("4")}, 'no snowflake', ${ours})`
        expect(yield* Effect.flip(people.dmChannel(someone("4"), ours))).toMatchObject({
          _tag: "StoreUnavailable",
          operation: "People.dmChannel"
        })
      })
    )
  }
)
