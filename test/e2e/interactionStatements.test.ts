import { statementsDuring } from "../support/countStatements.ts"
import { expect, layer } from "@effect/vitest"
import { Context, Effect, Layer, Schedule } from "effect"
import * as LeadershipSql from "../../src/adapters/postgres/LeadershipSql.ts"
import * as Database from "../../src/adapters/postgres/Database.ts"
import * as Pulse from "../../src/adapters/postgres/Pulse.ts"
import * as Config from "../../src/config/Settings.ts"
import { Leadership } from "../../src/ports/Leadership.ts"
import { kudosAnswer, postCard, sendKudos, withoutWebhooks } from "./steps.ts"
import { makeWorld, startService, untilRegistered } from "./world.ts"
import type { World } from "./world.ts"

const times = 10

/** Until the scope closes, another process has the role of delivering messages, and delivers none. */
const withoutDeliveries = ({ environment }: World) =>
  Effect.gen(function* () {
    const settings = yield* Config.readSettings(environment)
    const leadership = yield* Layer.build(
      LeadershipSql.layer.pipe(
        Layer.provide(Pulse.layer),
        Layer.provide(Database.layerAtOnce),
        Layer.provide(Config.layer(settings))
      )
    )
    yield* Context.get(leadership, Leadership).whileLeading("delivery", Effect.never).pipe(Effect.forkScoped)
    yield* Effect.repeat(Context.get(leadership, Leadership).standing("delivery"), {
      until: standing => standing === "leading",
      schedule: Schedule.spaced("20 millis")
    })
  })

class QuietWorld extends Context.Tag("test/QuietWorld")<QuietWorld, World>() {
  static readonly layer = Layer.scoped(
    QuietWorld,
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* withoutDeliveries(world)
      yield* startService(world)
      yield* untilRegistered(world)
      return world
    })
  ).pipe(Layer.orDie)
}

/** How many statements each of these sends, on top of what an idle process sends. */
const statementsOf = <A, E, R>(each: ReadonlyArray<Effect.Effect<A, E, R>>): Effect.Effect<number, E, R> =>
  Effect.gen(function* () {
    yield* Effect.sleep("1 second")
    const [, idle] = yield* statementsDuring(Effect.sleep("6 seconds"))
    const whileIdle = new Set(idle)
    const [, sent] = yield* statementsDuring(
      Effect.zipRight(Effect.all(each, { discard: true }), Effect.sleep("300 millis"))
    )
    const own = sent.filter(text => !whileIdle.has(text) || /^(?:BEGIN|COMMIT)$/.test(text))
    // What runs less than once for each is an idle process's, at longer intervals.
    const counts = [...Map.groupBy(own, text => text)].map(
      ([text, all]) => [Math.round(all.length / each.length), text.slice(0, 200)] as const
    )
    if (process.env["PRINT_STATEMENTS"] === "true") console.log(counts.map(row => row.join(" ")).join("\n"))
    return counts.reduce((sum, [count]) => sum + count, 0)
  })

/** A request of Ada's, which the store knows, and a card of it in a channel, which it does not. */
const cardInChannel = (world: World) =>
  Effect.gen(function* () {
    const run = yield* sendKudos(world)
    yield* run.answered
    const request = (yield* world.mochi.requests).find(
      ({ requesterMetadata }) => requesterMetadata["interaction_id"] === run.interaction.id
    )
    const customId = `approve-${request?.code}-${request?.applicationId}`
    return { customId, message: postCard(world, [customId]) }
  })

layer(QuietWorld.layer, { excludeTestServices: true, timeout: "60 seconds" })(
  "Statements sent to PostgreSQL",
  it => {
    it.scoped(
      "are five at most by one /kudos",
      () =>
        Effect.gen(function* () {
          const world = yield* QuietWorld
          yield* withoutWebhooks(world)
          yield* kudosAnswer(world)
          const runs = Array.from({ length: times }, () => kudosAnswer(world))
          const count = yield* statementsOf(runs)
          expect(count).toBeGreaterThan(3)
          expect(count).toBeLessThanOrEqual(5)
        }),
      60_000
    )

    it.scoped(
      "are thirteen at most by one press of Approve",
      () =>
        Effect.gen(function* () {
          const world = yield* QuietWorld
          const { discord, linus: user } = world
          const cards = yield* Effect.replicateEffect(cardInChannel(world), times)
          yield* withoutWebhooks(world)
          const presses = cards.map(card =>
            Effect.zipRight(
              discord.people.pressButton({ user, ...card }),
              discord.awaitMessage(({ components, id }) => id === card.message.id && components.length === 0)
            )
          )
          const count = yield* statementsOf(presses)
          expect(count).toBeGreaterThan(8)
          expect(count).toBeLessThanOrEqual(13)
        }),
      60_000
    )
  }
)
