import { createServer } from "node:http"
import { Context, Effect, FiberSet, Layer } from "effect"
import type { Scope, Stream } from "effect"
import { guarded, isOurs } from "../guard.ts"
import type { Bus, NeverHappened } from "./Bus.ts"
import type { Commands } from "./Commands.ts"
import type { Faults } from "./Faults.ts"
import { makeGatewayServer } from "./GatewayServer.ts"
import type { Gateway } from "./GatewayServer.ts"
import { makeHttpInteractions } from "./HttpInteractions.ts"
import type { HttpInteractions } from "./HttpInteractions.ts"
import type { Interactions } from "./Interactions.ts"
import type { Messages } from "./Messages.ts"
import type { Message, User } from "./Model.ts"
import { makePeople } from "./People.ts"
import type { People } from "./People.ts"
import type { Recorder } from "./Recorder.ts"
import { handleRest } from "./RestServer.ts"
import { serveAttachment } from "./attachments.ts"
import { makeSettings } from "./Settings.ts"
import type { FakeDiscordOptions } from "./Settings.ts"
import { makeState } from "./State.ts"
import type { World } from "./World.ts"
import type { WorldEvent } from "./WorldEvent.ts"

export interface FakeDiscordService {
  /** `http://127.0.0.1:{port}`. */
  readonly url: string
  /** For `DISCORD_API_BASE_URL`; discord.js takes `{url}/api`. */
  readonly apiBaseUrl: string
  readonly token: string
  readonly applicationId: string
  /** Hex, for `DISCORD_PUBLIC_KEY`. */
  readonly publicKey: string
  readonly world: World
  readonly messages: Messages
  readonly commands: Commands
  readonly interactions: Interactions
  readonly people: People
  readonly gateway: Gateway
  readonly http: HttpInteractions
  readonly faults: Faults
  readonly requests: Recorder
  readonly events: Stream.Stream<WorldEvent>
  readonly listen: Bus["listen"]
  readonly until: Bus["until"]
  /** Waits for the first message that matches, now, when it arrives or after an edit. */
  readonly awaitMessage: (
    holds: (message: Message) => boolean,
    withinMs?: number
  ) => Effect.Effect<Message, NeverHappened>
  /** The messages in a person's DM with the bot. */
  readonly dmsOf: (user: User) => ReadonlyArray<Message>
  /** The fake's clock, in milliseconds; `advance` moves it ahead. */
  readonly now: () => number
  readonly advance: (ms: number) => void
  /** Answers every call with 401, and closes the gateway's sockets, open ones included, with 4004. */
  readonly refuseToken: (refuse: boolean) => void
  /** Delivers the next `times` interactions twice. */
  readonly deliverTwice: (times: number) => void
}

/** Discord on loopback: its REST API, gateway and HTTP interactions, and the people who use it. */
export class FakeDiscord extends Context.Tag("mochi/sandbox/FakeDiscord")<FakeDiscord, FakeDiscordService>() {
  static readonly make = (options: FakeDiscordOptions = {}) => make(options)
  static readonly layer = (options: FakeDiscordOptions = {}) => Layer.scoped(FakeDiscord, make(options))
}

const make = (options: FakeDiscordOptions): Effect.Effect<FakeDiscordService, never, Scope.Scope> =>
  Effect.gen(function* () {
    const settings = makeSettings(options)
    const state = makeState(settings)
    const gateway = makeGatewayServer(state)
    const http = makeHttpInteractions(state, options.interactionsEndpoint ?? null)
    const fork = yield* FiberSet.makeRuntime<never>()

    const server = createServer((request, response) =>
      guarded(
        () => {
          if (!isOurs(request.headers)) response.writeHead(403).end()
          else if (request.url?.startsWith("/attachments/")) serveAttachment(state, request, response)
          else fork(handleRest(state, request, response))
        },
        () => response.destroy()
      )
    )
    server.on("upgrade", (request, socket, head) =>
      guarded(
        () => {
          if (isOurs(request.headers)) gateway.upgrade(request, socket, head)
          else socket.destroy()
        },
        () => socket.destroy()
      )
    )
    yield* Effect.addFinalizer(() =>
      Effect.async<void>(resume => {
        state.clock.stop()
        gateway.stop()
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
    )
    // If the port is taken, the caller made a mistake: die.
    const port = yield* Effect.async<number>(resume => {
      server.once("error", error => resume(Effect.die(error)))
      server.listen(settings.port, "127.0.0.1", () => {
        const address = server.address()
        resume(
          typeof address === "object" && address !== null
            ? Effect.succeed(address.port)
            : Effect.dieMessage("no port")
        )
      })
    })
    state.url = `http://127.0.0.1:${port}`

    let twice = 0
    const people = makePeople(state, (interaction, payload) => {
      const times = twice > 0 ? 2 : 1
      twice = Math.max(0, twice - 1)
      for (let time = 0; time < times; time++) {
        if (http.endpoint() === null) gateway.dispatch("INTERACTION_CREATE", interaction.guildId, payload)
        else fork(http.post(interaction, payload))
      }
    })

    return {
      url: state.url,
      apiBaseUrl: `${state.url}/api/v10`,
      token: settings.token,
      applicationId: settings.applicationId,
      publicKey: settings.publicKey,
      world: state.world,
      messages: state.messages,
      commands: state.commands,
      interactions: state.interactions,
      people,
      gateway,
      http,
      faults: state.faults,
      requests: state.requests,
      events: state.bus.stream,
      listen: state.bus.listen,
      until: state.bus.until,
      awaitMessage: (holds, withinMs) =>
        state.bus.until(
          "the message",
          () => [...state.messages.all.values()].find(message => !message.deleted && holds(message)),
          withinMs
        ),
      dmsOf: user => {
        const channel = state.world.dmWith(user.id)
        return channel ? state.messages.visibleTo(user.id, channel.id) : []
      },
      now: state.clock.now,
      advance: state.clock.advance,
      refuseToken: refuse => {
        state.tokenRefused = refuse
        if (refuse) gateway.close(4004)
      },
      deliverTwice: times => {
        twice = times
      }
    }
  })
