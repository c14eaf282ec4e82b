import { expect } from "@effect/vitest"
import { Effect, Option } from "effect"
import { BotId, ChannelId, UserId } from "../../src/domain/Ids.ts"
import { People } from "../../src/ports/People.ts"
import { onEachStore } from "./eachStore.ts"

const ours = BotId.make("1100000000000000001")
const theirs = BotId.make("1100000000000000002")

const someone = (last: string) => UserId.make(`12345678901234567${last}`)

onEachStore("people", it => {
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
      expect(yield* people.dmChannel(someone("2"), ours)).toEqual(Option.none())
      expect(yield* people.dmChannel(someone("3"), ours)).toEqual(Option.none())
      yield* people.rememberDmChannel(someone("2"), ChannelId.make("77"), ours)
      yield* people.rememberDmChannel(someone("2"), ChannelId.make("18446744073709551615"), ours)
      expect(yield* people.dmChannel(someone("2"), ours)).toEqual(Option.some("18446744073709551615"))
      expect(yield* people.wantsNotifications(someone("2"))).toBe(false)
    })
  )

  it.effect("have no DM channel that another bot opened (C5)", () =>
    Effect.gen(function* () {
      const people = yield* People
      yield* people.rememberDmChannel(someone("5"), ChannelId.make("78"), theirs)
      expect(yield* people.dmChannel(someone("5"), ours)).toEqual(Option.none())
      yield* people.rememberDmChannel(someone("5"), ChannelId.make("79"), ours)
      expect(yield* people.dmChannel(someone("5"), ours)).toEqual(Option.some("79"))
      expect(yield* people.dmChannel(someone("5"), theirs)).toEqual(Option.none())
    })
  )

  it.effect("have a DM channel forgotten unless another was opened meanwhile (A13, C5)", () =>
    Effect.gen(function* () {
      const people = yield* People
      yield* people.rememberDmChannel(someone("6"), ChannelId.make("80"), ours)
      yield* people.forgetDmChannel(someone("6"), ChannelId.make("79"))
      expect(yield* people.dmChannel(someone("6"), ours)).toEqual(Option.some("80"))
      yield* people.forgetDmChannel(someone("6"), ChannelId.make("80"))
      expect(yield* people.dmChannel(someone("6"), ours)).toEqual(Option.none())
    })
  )
})
