import { createServer } from "node:net"
import type { Socket } from "node:net"
import { expect, it as oneByOne } from "@effect/vitest"
import { DiscordGateway } from "dfx/DiscordGateway"
import { Duration, Effect, Exit, Fiber, Layer, Option, Schedule } from "effect"
import type { Scope } from "effect"
import * as Gateway from "../../../src/adapters/discord/Gateway.ts"
import { GatewayConnection } from "../../../src/ports/GatewayConnection.ts"
import { type GatewaySession, GatewaySessions } from "../../../src/ports/GatewaySessions.ts"
import { StoreUnavailable } from "../../../src/ports/StoreUnavailable.ts"
import { type LoopbackGateway, loopbackGateway } from "./LoopbackGateway.ts"
import { type Heard, loopback, restAt, settings } from "./LoopbackRest.ts"

const it = {
  /** Each test has a gateway of its own, and mostly waits until one side misses the other: they wait together. */
  scopedLive: <A, E>(name: string, test: () => Effect.Effect<A, E, Scope.Scope>, timeout = 60_000) =>
    oneByOne.scopedLive(name, test, { concurrent: true, timeout })
}

interface Bench {
  readonly discord: LoopbackGateway
  readonly asked: ReadonlyArray<Heard>
  readonly stored: Map<number, GatewaySession>
  readonly took: Array<string>
  /** A process of its own: nothing is shared but what is stored. */
  readonly process: Layer.Layer<DiscordGateway | GatewayConnection>
  shards: number
  status: number
  /** Identifies that Discord still allows; the next ones half a second later. */
  remaining: number
  storeFails: boolean
}

const benchWith = (patience: Duration.DurationInput): Effect.Effect<Bench, never, Scope.Scope> =>
  Effect.gen(function* () {
    const discord = yield* loopbackGateway
    const world = { shards: 1, status: 200, remaining: 999, storeFails: false }
    const rest = yield* loopback(() => ({
      status: world.status,
      body:
        world.status === 401
          ? { message: "401: Unauthorized", code: 0 }
          : {
              url: discord.url,
              shards: world.shards,
              session_start_limit: {
                total: 1000,
                remaining: world.remaining,
                reset_after: 500,
                max_concurrency: 2
              }
            }
    }))
    const stored = new Map<number, GatewaySession>()
    const attempt = <A>(operation: string, work: () => A) =>
      Effect.suspend(() =>
        world.storeFails
          ? Effect.fail(new StoreUnavailable({ operation, cause: new Error("gone") }))
          : Effect.sync(work)
      )
    const sessions = Layer.succeed(GatewaySessions, {
      load: (_, shardId) => attempt("load", () => Option.fromNullable(stored.get(shardId))),
      save: (_, shardId, session) =>
        attempt("save", () => {
          if (session === null) stored.delete(shardId)
          else stored.set(shardId, session)
        })
    })
    const process = Gateway.layerWith({ patience, saveEvery: "100 millis" }).pipe(
      Layer.provide([settings(rest.url), restAt(rest.url), sessions])
    )
    return Object.assign(world, { discord, asked: rest.heard, stored, took: [], process })
  })

const bench = benchWith("1500 millis")

/** For what must not be tried again: a busy machine takes longer than the others wait. */
const patientBench = benchWith("20 seconds")

/** Listens for interactions and holds the gateway, as the service does. */
const serve = ({ took }: Bench) =>
  Effect.gen(function* () {
    const gateway = yield* DiscordGateway
    const connection = yield* GatewayConnection
    yield* Effect.forkScoped(
      gateway.handleDispatch("INTERACTION_CREATE", ({ id }) =>
        Effect.sync(() => {
          if (id.startsWith("throw")) throw new Error("a bad handler")
          took.push(id)
          return Effect.void
        }).pipe(Effect.flatMap(() => (id.startsWith("fail") ? Effect.fail("no") : Effect.void)))
      )
    )
    return yield* Effect.forkScoped(connection.hold)
  })

const running = <A, E>(
  world: Bench,
  use: (holder: Fiber.RuntimeFiber<never, unknown>) => Effect.Effect<A, E, GatewayConnection | Scope.Scope>
) => Effect.scoped(Effect.flatMap(serve(world), use)).pipe(Effect.provide(world.process))

const until = (condition: () => boolean) =>
  Effect.suspend(() => (condition() ? Effect.void : Effect.fail("not yet"))).pipe(
    Effect.retry(Schedule.spaced("10 millis")),
    Effect.timeout("40 seconds"),
    Effect.orDie
  )

const entered = ({ discord }: Bench) => discord.connections.map(connection => connection.entered)

const ready = GatewayConnection.pipe(
  Effect.flatMap(({ state }) => state.get),
  Effect.flatMap(state => (state === "ready" ? Effect.void : Effect.fail("not yet"))),
  Effect.retry(Schedule.spaced("10 millis")),
  Effect.timeout("40 seconds"),
  Effect.orDie
)

it.scopedLive("identifies without intents and hands interactions to the handler", () =>
  Effect.gen(function* () {
    const world = yield* bench
    yield* running(world, () =>
      Effect.gen(function* () {
        yield* ready
        world.discord.interaction("1")
        yield* until(() => world.took.includes("1"))
        expect(world.discord.identified[0]).toMatchObject({ intents: 0, shard: [0, 1] })
      })
    )
  })
)

it.scopedLive("no socket is opened before somebody listens, nor after the end", () =>
  Effect.gen(function* () {
    const world = yield* bench
    yield* Effect.gen(function* () {
      const { hold, state } = yield* GatewayConnection
      const holder = yield* Effect.forkScoped(hold)
      yield* Effect.sleep("200 millis")
      expect(world.discord.attempts).toBe(0)
      expect(yield* state.get).toBe("down")
      yield* Fiber.interrupt(holder)
    }).pipe(Effect.scoped, Effect.provide(world.process))
    yield* running(world, () => ready)
    const attempts = world.discord.attempts
    yield* Effect.sleep("800 millis")
    expect(world.discord.attempts).toBe(attempts)
  })
)

it.scopedLive("a handler that fails or throws takes nothing from the others", () =>
  Effect.gen(function* () {
    const world = yield* bench
    yield* running(world, () =>
      Effect.gen(function* () {
        yield* ready
        for (const id of ["throw-1", "fail-2", "3", "throw-4", "5"]) world.discord.interaction(id)
        yield* until(() => world.took.includes("5"))
        expect(world.took).toEqual(["fail-2", "3", "5"])
        expect(world.discord.connections).toHaveLength(1)
      })
    )
  })
)

it.scopedLive("after a dropped socket the session resumes and nothing is lost or told twice", () =>
  Effect.gen(function* () {
    const world = yield* bench
    yield* running(world, () =>
      Effect.gen(function* () {
        yield* ready
        world.discord.interaction("1")
        yield* until(() => world.took.length === 1)
        world.discord.cut()
        yield* until(() => world.discord.sockets.size === 0)
        world.discord.interaction("2")
        yield* until(() => world.took.length >= 2)
        yield* ready
        expect(world.took).toEqual(["1", "2"])
        expect(entered(world)).toEqual(["identify", "resume"])
      })
    )
  })
)

it.scopedLive("a network that is down for a while does not cost the session", () =>
  Effect.gen(function* () {
    const world = yield* bench
    yield* running(world, () =>
      Effect.gen(function* () {
        yield* ready
        world.discord.refusing = true
        world.discord.cut()
        const before = world.discord.attempts
        yield* until(() => world.discord.attempts >= before + 2)
        world.discord.interaction("1")
        world.discord.refusing = false
        yield* until(() => world.took.includes("1"))
        expect(entered(world)).toEqual(["identify", "resume"])
      })
    )
  })
)

it.scopedLive("Discord's wish to reconnect is followed by a resume", () =>
  Effect.gen(function* () {
    const world = yield* bench
    yield* running(world, () =>
      Effect.gen(function* () {
        yield* ready
        world.discord.raw('{"op":7,"d":null}')
        yield* until(() => world.discord.connections.length === 2)
        expect(entered(world)).toEqual(["identify", "resume"])
      })
    )
  })
)

it.scopedLive("a session that Discord calls void is forgotten", () =>
  Effect.gen(function* () {
    const world = yield* bench
    yield* running(world, () =>
      Effect.gen(function* () {
        yield* ready
        world.discord.raw('{"op":9,"d":false}')
        yield* until(() => world.discord.connections.length === 2)
        yield* until(() => world.stored.get(0)?.sessionId === "session-2")
        expect(entered(world)).toEqual(["identify", "identify"])
      })
    )
  })
)

it.scopedLive("a restart resumes, and what was sent meanwhile is handled", () =>
  Effect.gen(function* () {
    const world = yield* bench
    yield* running(world, () => ready)
    yield* until(() => world.discord.sockets.size === 0)
    expect(world.discord.closeCodes).toEqual([4200])
    world.discord.interaction("1")
    yield* running(world, () => until(() => world.took.includes("1")))
    expect(entered(world)).toEqual(["identify", "resume"])
  })
)

it.scopedLive("what came since READY is stored within the interval, for the case of a crash", () =>
  Effect.gen(function* () {
    const world = yield* bench
    yield* running(world, () =>
      Effect.gen(function* () {
        yield* ready
        world.discord.interaction("1")
        yield* until(() => world.stored.get(0)?.sequence === 2)
        expect(world.stored.get(0)).toMatchObject({ sessionId: "session-1", shardCount: 1 })
      })
    )
  })
)

it.scopedLive("an event that nobody took comes again", () =>
  Effect.gen(function* () {
    const world = yield* bench
    yield* Effect.gen(function* () {
      const gateway = yield* DiscordGateway
      const { hold } = yield* GatewayConnection
      yield* Effect.forkScoped(hold)
      const first = yield* Effect.fork(gateway.handleDispatch("INTERACTION_CREATE", () => Effect.void))
      yield* ready
      yield* Fiber.interrupt(first)
      world.discord.interaction("1")
      yield* Effect.sleep("100 millis")
    }).pipe(Effect.scoped, Effect.provide(world.process))
    yield* running(world, () => until(() => world.took.includes("1")))
    expect(entered(world)).toEqual(["identify", "resume"])
  })
)

for (const code of [4004, 4010, 4012, 4013, 4014]) {
  it.scopedLive(`a close with ${code} ends the hold, after one connection`, () =>
    Effect.gen(function* () {
      const world = yield* patientBench
      world.discord.refuseIdentify = () => code
      yield* running(world, holder =>
        Effect.gen(function* () {
          const exit = yield* Fiber.await(holder)
          expect(Exit.isFailure(exit)).toBe(true)
          expect(yield* Effect.flip(exit)).toMatchObject({ _tag: "GatewayFatal", code })
          expect(world.discord.attempts).toBe(1)
        })
      )
    })
  )
}

it.scopedLive("a refused token ends the hold after one question", () =>
  Effect.gen(function* () {
    const world = yield* bench
    world.status = 401
    yield* running(world, holder =>
      Effect.gen(function* () {
        const fatal = yield* Effect.flip(Fiber.join(holder))
        expect(fatal).toMatchObject({ _tag: "GatewayFatal", code: 401 })
        expect(String(fatal)).toContain("DISCORD_BOT_TOKEN")
        expect(world.asked).toHaveLength(1)
      })
    )
  })
)

it.scopedLive("too few shards: the number is asked for again and every shard identifies", () =>
  Effect.gen(function* () {
    const world = yield* bench
    world.discord.refuseIdentify = shards => {
      world.shards = 2
      return shards < 2 ? 4011 : undefined
    }
    yield* running(world, () =>
      Effect.gen(function* () {
        yield* ready
        expect(world.discord.identified).toHaveLength(2)
        expect(world.discord.identified).toContainEqual(expect.objectContaining({ shard: [0, 2] }))
        expect(world.discord.identified).toContainEqual(expect.objectContaining({ shard: [1, 2] }))
      })
    )
  })
)

for (const [what, frame] of [
  ["a HELLO without data", '{"op":10}'],
  ["a READY without data", '{"op":0,"t":"READY","s":1}'],
  ["an invalid session without data", '{"op":9}']
] as const) {
  it.scopedLive(`${what} costs a connection, not the process`, () =>
    Effect.gen(function* () {
      const world = yield* bench
      world.discord.greeting = count => (count === 1 ? frame : undefined)
      yield* running(world, () => ready)
      expect(world.discord.attempts).toBeGreaterThan(1)
    })
  )
}

it.scopedLive("frames that mean nothing are passed over", () =>
  Effect.gen(function* () {
    const world = yield* bench
    yield* running(world, () =>
      Effect.gen(function* () {
        yield* ready
        for (const frame of ["{", "null", "7", '"x"', "[]", '{"op":99}']) world.discord.raw(frame)
        world.discord.interaction("1")
        yield* until(() => world.took.includes("1"))
        expect(world.discord.connections).toHaveLength(1)
      })
    )
  })
)

it.scopedLive("a connection without a sign of life is replaced, and resumes", () =>
  Effect.gen(function* () {
    const world = yield* bench
    yield* running(world, () =>
      Effect.gen(function* () {
        yield* ready
        world.discord.answersHeartbeats = false
        // The peer is gone without a word: nothing answers, not even the close.
        for (const socket of world.discord.server.clients) socket.pause()
        world.discord.sockets.clear()
        world.discord.interaction("1")
        yield* until(() => world.took.includes("1"))
        expect(entered(world)).toEqual(["identify", "resume"])
      })
    )
  })
)

it.scopedLive("a resume that is never answered is tried again", () =>
  Effect.gen(function* () {
    const world = yield* bench
    yield* running(world, () =>
      Effect.gen(function* () {
        yield* ready
        world.discord.answersResumes = false
        world.discord.answersHeartbeats = false
        world.discord.cut()
        yield* until(() => world.discord.connections.length === 2)
        world.discord.answersResumes = true
        world.discord.answersHeartbeats = true
        world.discord.interaction("1")
        yield* until(() => world.took.includes("1"))
        expect(new Set(entered(world).slice(1))).toEqual(new Set(["resume"]))
      })
    )
  })
)

it.scopedLive("a gateway that says nothing does not cost the session", () =>
  Effect.gen(function* () {
    const world = yield* bench
    yield* running(world, () =>
      Effect.gen(function* () {
        yield* ready
        world.discord.greeting = count => (count === 2 ? "" : undefined)
        world.discord.cut()
        yield* until(() => world.discord.connections.length === 2)
        expect(entered(world)).toEqual(["identify", "resume"])
      })
    )
  })
)

it.scopedLive("a stop during the pause before a reconnect opens no socket", () =>
  Effect.gen(function* () {
    const world = yield* bench
    yield* running(world, () =>
      Effect.gen(function* () {
        yield* ready
        world.discord.cut()
        yield* until(() => world.discord.sockets.size === 0)
      })
    )
    const attempts = world.discord.attempts
    yield* Effect.sleep("1 second")
    expect(world.discord.attempts).toBe(attempts)
    expect(world.stored.get(0)).toMatchObject({ sessionId: "session-1" })
  })
)

it.scopedLive("while Discord cannot be asked the state is down, and the hold keeps trying", () =>
  Effect.gen(function* () {
    const world = yield* bench
    world.status = 403
    yield* running(world, () =>
      Effect.gen(function* () {
        const { state } = yield* GatewayConnection
        yield* until(() => world.asked.length >= 2)
        expect(yield* state.get).not.toBe("ready")
        world.status = 200
        yield* ready
      })
    )
  })
)

it.scopedLive("a handler at work when the subscription ends is let finish, but not for ever", () =>
  Effect.gen(function* () {
    const world = yield* bench
    yield* Effect.gen(function* () {
      const gateway = yield* DiscordGateway
      const { hold } = yield* GatewayConnection
      const listening = yield* Effect.forkScoped(
        gateway.handleDispatch("INTERACTION_CREATE", ({ id }) =>
          id === "slow"
            ? Effect.sync(() => world.took.push("began")).pipe(
                Effect.delay("200 millis"),
                Effect.zipRight(Effect.sync(() => world.took.push("done")))
              )
            : Effect.never
        )
      )
      yield* Effect.forkScoped(hold)
      yield* ready
      world.discord.interaction("slow")
      world.discord.interaction("endless")
      yield* until(() => (world.stored.get(0)?.sequence ?? 0) >= 3)
      const [took] = yield* Effect.timed(Fiber.interrupt(listening))
      expect(world.took).toEqual(["began", "done"])
      expect(Duration.toMillis(took)).toBeLessThan(4000)
    }).pipe(Effect.scoped, Effect.provide(world.process))
  })
)

it.scopedLive("a store that fails costs nothing but the resume", () =>
  Effect.gen(function* () {
    const world = yield* bench
    world.storeFails = true
    yield* running(world, () => ready)
    expect(world.stored.size).toBe(0)
  })
)

it.scopedLive("without an identify left today none is sent", () =>
  Effect.gen(function* () {
    const world = yield* bench
    world.remaining = 0
    yield* running(world, () =>
      Effect.gen(function* () {
        yield* until(() => world.asked.length === 1)
        yield* Effect.sleep("200 millis")
        expect(world.discord.attempts).toBe(0)
        yield* ready
        expect(world.discord.connections).toHaveLength(1)
      })
    )
  })
)

/** A server that takes connections and never says a word. */
const silent = Effect.acquireRelease(
  Effect.async<{ readonly port: number; readonly close: () => void }>(resume => {
    const sockets = new Set<Socket>()
    const server = createServer(socket => {
      sockets.add(socket)
      socket.on("error", () => undefined)
    })
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      const close = () => {
        for (const socket of sockets) socket.destroy()
        server.close()
      }
      resume(
        Effect.succeed({ port: typeof address === "object" && address !== null ? address.port : 0, close })
      )
    })
  }),
  ({ close }) => Effect.sync(close)
)

const badAddresses: ReadonlyArray<readonly [string, (port: number) => unknown]> = [
  ["refuses connections", () => "ws://127.0.0.1:1"],
  ["never greets", port => `ws://127.0.0.1:${port}`],
  ["does not speak TLS", port => `wss://127.0.0.1:${port}`],
  ["is no name that is known", () => "wss://gateway.invalid"],
  ["is no address", () => "not an address"],
  ["is of another kind", () => "https://127.0.0.1:1"],
  ["breaks off", () => "wss://["],
  ["has a question in it", () => "ws://127.0.0.1:1/?v=1"],
  ["is empty", () => ""],
  ["is a number", () => 7],
  ["is an object", () => ({})]
]

for (const [what, address] of badAddresses) {
  it.scopedLive(
    `a session whose own address ${what} is resumed at the gateway's (C4)`,
    () =>
      Effect.gen(function* () {
        const world = yield* bench
        world.discord.resumeUrl = address((yield* silent).port)
        yield* running(world, () =>
          Effect.gen(function* () {
            yield* ready
            world.discord.cut()
            yield* until(() => world.discord.sockets.size === 0)
            world.discord.interaction("1")
            yield* until(() => world.took.includes("1"))
            expect(entered(world)).toEqual(["identify", "resume"])
          })
        )
      }),
    20_000
  )
}

it.scopedLive("a stored address that refuses is given up after a restart too (C4)", () =>
  Effect.gen(function* () {
    const world = yield* bench
    yield* running(world, () => ready)
    const stored = world.stored.get(0)
    for (const resumeUrl of ["ws://127.0.0.1:1", "wss://[", "nonsense"]) {
      world.stored.set(0, { ...stored!, resumeUrl })
      world.discord.interaction(resumeUrl)
      yield* running(world, () => until(() => world.took.includes(resumeUrl)))
      expect(world.stored.get(0)).toMatchObject({ sessionId: "session-1", resumeUrl: world.discord.url })
      world.stored.set(0, { ...stored!, sequence: world.stored.get(0)!.sequence })
    }
    expect(new Set(entered(world).slice(1))).toEqual(new Set(["resume"]))
  })
)

it.scopedLive("a session that cannot be resumed at the gateway's address either is given up (C4)", () =>
  Effect.gen(function* () {
    const world = yield* bench
    world.discord.resumeUrl = "ws://127.0.0.1:1"
    world.discord.refuseResume = 4000
    yield* running(world, () =>
      Effect.gen(function* () {
        yield* ready
        world.discord.cut()
        yield* until(() => world.discord.identified.length === 2)
        yield* ready
        expect(entered(world)).toEqual(["identify", "resume", "resume", "identify"])
      })
    )
  })
)

it.scopedLive(
  "a session whose resumes the gateway leaves unanswered is given up (C4)",
  () =>
    Effect.gen(function* () {
      const world = yield* bench
      yield* running(world, () =>
        Effect.gen(function* () {
          yield* ready
          world.discord.answersResumes = false
          world.discord.cut()
          yield* until(() => world.discord.identified.length === 2)
          yield* ready
        })
      )
    }),
  30_000
)
