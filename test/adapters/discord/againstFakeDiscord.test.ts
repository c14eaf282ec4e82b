import { expect, it } from "@effect/vitest"
import { DiscordGateway } from "dfx/DiscordGateway"
import { DiscordREST } from "dfx/DiscordREST"
import { Duration, Effect, Layer, Option, Redacted, Stream } from "effect"
import type { Scope } from "effect"
import * as Gateway from "../../../src/adapters/discord/Gateway.ts"
import { InteractionCalls } from "../../../src/adapters/discord/InteractionCalls.ts"
import * as Rest from "../../../src/adapters/discord/Rest.ts"
import { GatewayConnection } from "../../../src/ports/GatewayConnection.ts"
import { GatewaySessions } from "../../../src/ports/GatewaySessions.ts"
import { FakeDiscord, type FakeDiscordService } from "../../../sandbox/discord/FakeDiscord.ts"
import { settings } from "./LoopbackRest.ts"

const sessions = Layer.succeed(GatewaySessions, {
  load: () => Effect.succeed(Option.none()),
  save: () => Effect.void
})

const transport = (discord: FakeDiscordService) =>
  Gateway.layer.pipe(
    Layer.provideMerge(Rest.layer),
    Layer.provide([settings(discord.apiBaseUrl, discord.token), sessions])
  )

/** Defers every interaction, edits the answer, with a file, and follows up. */
const bot = (discord: FakeDiscordService) =>
  Effect.gen(function* () {
    const rest = yield* DiscordREST
    yield* rest.bulkSetApplicationCommands(discord.applicationId, [{ name: "ping", description: "answers" }])
    const calls = yield* InteractionCalls
    const gateway = yield* DiscordGateway
    yield* Effect.forkScoped(
      gateway.handleDispatch("INTERACTION_CREATE", ({ id, token, application_id: app }) =>
        Effect.gen(function* () {
          const secret = Redacted.make(token)
          yield* calls.acknowledge(id, secret, { type: 5, data: { flags: 64 } })
          const file = new File(['{"mine":true}'], "export.json", { type: "application/json" })
          yield* calls.edit(app, secret, { content: "pong" }, [file])
          yield* calls.followUp(app, secret, { content: "and more", flags: 64 })
        })
      )
    )
    yield* Effect.forkScoped(Effect.flatMap(GatewayConnection, ({ hold }) => hold))
  })

const withBot = <A, E>(
  use: (
    discord: FakeDiscordService
  ) => Effect.Effect<A, E, DiscordREST | DiscordGateway | GatewayConnection | InteractionCalls | Scope.Scope>
) =>
  Effect.gen(function* () {
    const discord = yield* FakeDiscord.make({ identifyWindowMs: 0 })
    yield* use(discord).pipe(Effect.provide(transport(discord)))
  })

it.scopedLive(
  "a command is deferred, answered with a file and followed up, also after a dropped socket",
  () =>
    withBot(discord =>
      Effect.gen(function* () {
        const user = discord.world.addUser({ username: "ann" })
        const guild = discord.world.addGuild({ name: "Home", members: [user] })
        yield* bot(discord)
        const { state } = yield* GatewayConnection
        yield* Stream.runDrain(Stream.takeUntil(state.changes, now => now === "ready"))
        for (const dropped of [false, true]) {
          if (dropped) discord.gateway.cut()
          const handle = yield* discord.people.slashCommand({ user, guild, name: "ping" })
          const answer = yield* handle.answeredWhen(({ content }) => content === "pong")
          expect(answer.flags & 64).toBe(64)
          expect(answer.attachments.map(({ filename }) => filename)).toEqual(["export.json"])
          yield* handle.followUpWhen(({ content }) => content === "and more")
        }
        expect(discord.gateway.identifies).toHaveLength(1)
      })
    )
)

it.scopedLive("a message with its nonce is one message, however often it is sent", () =>
  withBot(discord =>
    Effect.gen(function* () {
      const user = discord.world.addUser({ username: "bob" })
      discord.world.addGuild({ name: "Home", members: [user] })
      const rest = yield* DiscordREST
      const dm = yield* rest.createDm({ recipient_id: user.id })
      const send = rest.createMessage(dm.id, { content: "hi", nonce: "n-1", enforce_nonce: true })
      expect((yield* send).id).toBe((yield* send).id)
      expect(discord.dmsOf(user)).toHaveLength(1)
    })
  )
)

it.scopedLive("two hundred messages to twenty channels keep their order and meet no 429", () =>
  withBot(discord =>
    Effect.gen(function* () {
      const guild = discord.world.addGuild({ name: "Home" })
      const channels = Array.from({ length: 20 }, (_, n) => discord.world.addChannel(guild, `room-${n}`))
      const rest = yield* DiscordREST
      const sends = Array.from({ length: 200 }, (_, n) =>
        rest.createMessage(channels[n % 20]!.id, { content: String(n) })
      )
      const [took, answers] = yield* Effect.timed(Effect.all(sends, { concurrency: "unbounded" }))
      const order = answers.toSorted((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1))
      for (const channel of channels) {
        const sent = order
          .filter(message => message.channel_id === channel.id)
          .map(({ content }) => Number(content))
        expect(sent).toEqual(sent.toSorted((a, b) => a - b))
      }
      expect(discord.requests.rateLimited()).toBe(0)
      expect(Duration.toSeconds(took)).toBeLessThan(15)
    })
  )
)
