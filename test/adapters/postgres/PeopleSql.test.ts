import { SqlClient } from "@effect/sql"
import { expect, layer } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import * as PeopleSql from "../../../src/adapters/postgres/PeopleSql.ts"
import { ChannelId, DiscordUserId } from "../../../src/domain/Ids.ts"
import { People } from "../../../src/ports/People.ts"
import * as pseudonyms from "../../support/pseudonyms.ts"
import * as TestDatabase from "../../support/postgres.ts"

const someone = (last: string) => DiscordUserId.make(`12345678901234567${last}`)

layer(PeopleSql.layer.pipe(Layer.provide(pseudonyms.layer), Layer.provideMerge(TestDatabase.layer)))(
  "people",
  it => {
    it.effect("want notifications until they say otherwise, and may change their mind", () =>
      Effect.gen(function* () {
        const people = yield* People
        expect(yield* people.wantsNotifications(someone("0"))).toBe(true)
        yield* people.chooseNotifications(someone("0"), false)
        expect(yield* people.wantsNotifications(someone("0"))).toBe(false)
        expect(yield* people.wantsNotifications(someone("1"))).toBe(true)
        yield* people.chooseNotifications(someone("0"), true)
        expect(yield* people.wantsNotifications(someone("0"))).toBe(true)
      })
    )

    it.effect("have the DM channel that was opened last, beside their other settings", () =>
      Effect.gen(function* () {
        const people = yield* People
        yield* people.chooseNotifications(someone("2"), false)
        expect(yield* people.dmChannel(someone("2"))).toEqual(Option.none())
        expect(yield* people.dmChannel(someone("3"))).toEqual(Option.none())
        yield* people.rememberDmChannel(someone("2"), ChannelId.make("77"))
        yield* people.rememberDmChannel(someone("2"), ChannelId.make("18446744073709551615"))
        expect(yield* people.dmChannel(someone("2"))).toEqual(Option.some("18446744073709551615"))
        expect(yield* people.wantsNotifications(someone("2"))).toBe(false)
      })
    )

    it.effect("fail as a store where a row does not decode", () =>
      Effect.gen(function* () {
        const people = yield* People
        const sql = yield* SqlClient.SqlClient
        yield* sql`insert into people (discord_user_id, dm_channel_id) values (${someone("4")}, 'no snowflake')`
        expect(yield* Effect.flip(people.dmChannel(someone("4")))).toMatchObject({
          _tag: "StoreUnavailable",
          operation: "People.dmChannel"
        })
      })
    )
  }
)
