import { expect, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import * as ApplicationInfo from "../../../src/adapters/discord/ApplicationInfo.ts"
import { loopback, restAt } from "./LoopbackRest.ts"

const answered = (body: unknown) =>
  Effect.gen(function* () {
    const server = yield* loopback(() => ({ status: 200, body }))
    return yield* Effect.provide(ApplicationInfo.read(), restAt(server.url))
  })

it.scopedLive("tells the application's id, its key and how many servers it is in", () =>
  Effect.gen(function* () {
    const application = { id: "1", verify_key: "ab", approximate_guild_count: 12, name: "x" }
    expect(yield* answered(application)).toEqual({
      id: "1",
      botUserId: "1",
      verifyKey: Option.some("ab"),
      guilds: Option.some(12),
      interactionsUrl: Option.none()
    })
    expect((yield* answered({ id: "1", verify_key: "ab" })).guilds).toEqual(Option.none())
    expect((yield* answered({ id: "1", bot: { id: "2" } })).botUserId).toBe("2")
  })
)

it.scopedLive("an answer that is something else is an error, not an application", () =>
  Effect.gen(function* () {
    for (const body of [null, [], { id: 7 }, "<html>"]) {
      const error = yield* Effect.flip(answered(body))
      expect(["DiscordUnreachable", "DiscordApiError"]).toContain(error._tag)
    }
  })
)
