/** Each of Discord's two doors, over real sockets to the fake Discord, before the router with a feature of the tests' own. */
import { NodeHttpServer } from "@effect/platform-node"
import { Context, Effect, Layer, Logger, LogLevel, Schedule } from "effect"
import type { Scope, Tracer } from "effect"
import { FakeDiscord } from "../../../sandbox/discord/FakeDiscord.ts"
import type { FakeDiscordService } from "../../../sandbox/discord/FakeDiscord.ts"
import type { Interaction } from "../../../sandbox/discord/Interactions.ts"
import * as Gateway from "../../../src/adapters/discord/Gateway.ts"
import * as InteractionSignaturesEd25519 from "../../../src/adapters/discord/InteractionSignaturesEd25519.ts"
import * as MessengerRest from "../../../src/adapters/discord/MessengerRest.ts"
import * as Rest from "../../../src/adapters/discord/Rest.ts"
import * as memoryStores from "../../../src/adapters/memory/memoryStores.ts"
import * as BoundedServer from "../../../src/adapters/process/boundedServer.ts"
import * as ShutdownInMemory from "../../../src/adapters/process/ShutdownInMemory.ts"
import { Shutdown } from "../../../src/ports/Shutdown.ts"
import * as GatewayInteractions from "../../../src/programs/discord/overGateway.ts"
import * as HttpInteractions from "../../../src/programs/discord/overHttp.ts"
import { InteractionRouter } from "../../../src/programs/discord/InteractionRouter.ts"
import { Handlers } from "../../../src/programs/http/Endpoint.ts"
import * as Server from "../../../src/programs/http/Server.ts"
import { faultsOfBody } from "../../support/openapi.ts"
import { recording } from "../../support/recording.ts"
import { settings } from "../../adapters/discord/LoopbackRest.ts"
import { echoing } from "./echo.ts"

/** A first answer as Discord got it: by a call of ours, or as the response to its own. */
export interface Reply {
  readonly status: number
  /** Undefined if it was empty. */
  readonly body: unknown
}

/** One door, open. */
export interface Door {
  readonly discord: FakeDiscordService
  /** What happened, in this order: `runs <id>` as an errand's own work begins, `left` once a response has. */
  readonly events: ReadonlyArray<string>
  readonly spans: ReadonlyArray<Tracer.Span>
  /** What Discord sends of an interaction that it has open, without its data. */
  readonly open: (type: 2 | 3 | 4) => { readonly interaction: Interaction; readonly envelope: object }
  /** Sends this as Discord would, whatever it is. */
  readonly send: (raw: unknown) => Effect.Effect<void>
  /** All first answers to an interaction so far. */
  readonly repliesTo: (interaction: Interaction) => ReadonlyArray<Reply>
  readonly shutdown: Context.Tag.Service<Shutdown>
}

export class OpenDoor extends Context.Tag("test/programs/discord/OpenDoor")<OpenDoor, Door>() {}

export interface HttpDoor extends Door {
  /** Where Discord posts to. */
  readonly url: string
  /** Signed by Discord just now, unless other headers are given. */
  readonly post: (body: string, headers?: Readonly<Record<string, string>>) => Effect.Effect<Reply>
}

const callbackRoute = "/interactions/{interaction_id}/{interaction_token}/callback"

/** By Discord's document: it has a first answer in one place only, but it is the same JSON at both doors. */
export const faultsOfFirst = (body: unknown): ReadonlyArray<string> => faultsOfBody(callbackRoute, body)

/** The router that a door gets, and all else that it needs but its own adapters. */
const behind = (
  discord: FakeDiscordService,
  events: Array<string>,
  between: (router: InteractionRouter) => InteractionRouter
) =>
  Layer.effect(InteractionRouter, Effect.map(InteractionRouter, between)).pipe(
    Layer.provide(InteractionRouter.Default),
    Layer.provide([echoing(events)]),
    Layer.provideMerge(
      Layer.mergeAll(
        MessengerRest.layer.pipe(Layer.provideMerge(Rest.layer)),
        memoryStores.layer,
        ShutdownInMemory.layer
      )
    ),
    Layer.provideMerge(settings(discord.apiBaseUrl, discord.token)),
    Layer.provide(Logger.minimumLogLevel(LogLevel.None))
  )

/** Discord with somebody who uses the bot. */
const people = (discord: FakeDiscordService) => {
  const user = discord.world.addUser({ username: "ann" })
  const guild = discord.world.addGuild({ name: "Home", members: [user] })
  const open: Door["open"] = type => {
    const channelId = discord.world.general(guild).id
    const interaction = discord.interactions.open({
      type,
      userId: user.id,
      guildId: guild.id,
      channelId,
      name: "any",
      sourceMessageId: null
    })
    const { id, token } = interaction
    const envelope = {
      id,
      token,
      type,
      application_id: discord.applicationId,
      guild_id: guild.id,
      channel_id: channelId,
      member: { user: { id: user.id } }
    }
    return { interaction, envelope }
  }
  return { guild, open }
}

export const gatewayDoor: Effect.Effect<Door, never, Scope.Scope> = Effect.gen(function* () {
  const events: Array<string> = []
  const spans: Array<Tracer.Span> = []
  const discord = yield* FakeDiscord.make({ identifyWindowMs: 0 })
  const { guild, open } = people(discord)
  const door = GatewayInteractions.layer.pipe(
    Layer.provide(Gateway.layer),
    Layer.provideMerge(behind(discord, events, router => router)),
    Layer.provide(Layer.setTracer(yield* recording(spans)))
  )
  const shutdown = Context.get(yield* Layer.build(door), Shutdown)
  yield* until(() => discord.gateway.sessions().some(({ connected }) => connected))
  return {
    discord,
    events,
    spans,
    open,
    send: raw => Effect.sync(() => discord.gateway.dispatch("INTERACTION_CREATE", guild.id, raw)),
    repliesTo: ({ id }) =>
      discord.requests
        .of(`POST ${callbackRoute}`)
        .filter(({ path }) => path.includes(`/${id}/`))
        .map(({ body, status }) => ({ status, body })),
    shutdown
  }
})

/** `between`: what lies between the door and the router. */
export const httpDoor = (
  between: (router: InteractionRouter) => InteractionRouter = router => router
): Effect.Effect<HttpDoor, never, Scope.Scope> =>
  Effect.gen(function* () {
    const events: Array<string> = []
    const spans: Array<Tracer.Span> = []
    const replies = new Map<string, Array<Reply>>()
    const discord = yield* FakeDiscord.make()
    const { open } = people(discord)
    const node = BoundedServer.make(() => undefined)
    node.on("request", (_, response) => response.once("finish", () => events.push("left")))
    const door = Layer.mergeAll(Server.layer([HttpInteractions.endpoint]), HttpInteractions.layer).pipe(
      Layer.provide(InteractionSignaturesEd25519.layer(Buffer.from(discord.publicKey, "hex"))),
      Layer.provide(Handlers.layer),
      Layer.provide(Layer.orDie(NodeHttpServer.layer(() => node, { host: "127.0.0.1", port: 0 }))),
      Layer.provideMerge(behind(discord, events, between)),
      Layer.provide(Layer.setTracer(yield* recording(spans)))
    )
    const shutdown = Context.get(yield* Layer.build(door), Shutdown)
    yield* Effect.addFinalizer(() => Effect.sync(() => node.closeAllConnections()))
    const address = node.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    const url = `http://127.0.0.1:${port}/interactions`

    const post: HttpDoor["post"] = (body, headers = discord.http.signed(body)) =>
      Effect.promise(async () => {
        const signal = AbortSignal.timeout(5000)
        const response = await fetch(url, { method: "POST", body, headers, signal })
        const text = await response.text()
        return { status: response.status, body: text === "" ? undefined : JSON.parse(text) }
      })
    const send: Door["send"] = raw =>
      Effect.gen(function* () {
        const first = yield* post(JSON.stringify(raw))
        const interaction = [...discord.interactions.all.values()].find(
          ({ id }) => typeof raw === "object" && raw !== null && "id" in raw && raw.id === id
        )
        if (interaction === undefined) return
        const { id, token } = interaction
        replies.set(id, [...(replies.get(id) ?? []), first])
        if (first.status === 200)
          yield* Effect.orDie(discord.interactions.acknowledge(id, token, first.body, [], "http"))
      })

    return {
      discord,
      events,
      spans,
      open,
      send,
      repliesTo: ({ id }) => replies.get(id) ?? [],
      shutdown,
      url,
      post
    }
  })

export const until = (holds: () => boolean): Effect.Effect<void> =>
  Effect.suspend(() => (holds() ? Effect.void : Effect.fail("not yet"))).pipe(
    Effect.retry(Schedule.spaced("5 millis")),
    Effect.timeout("5 seconds"),
    Effect.orDie
  )
