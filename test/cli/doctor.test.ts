import { SqlClient } from "@effect/sql"
import { expect, it } from "@effect/vitest"
import { Clock, Duration, Effect, Layer, Option, Redacted, Stream } from "effect"
import type { Scope } from "effect"
import * as Database from "../../src/adapters/postgres/Database.ts"
import * as Migrations from "../../src/adapters/postgres/Migrations.ts"
import { migrations } from "../../src/adapters/postgres/migrations/registry.ts"
import * as commands from "../../src/programs/cli/layers/commands.ts"
import * as examination from "../../src/programs/cli/doctor/examination.ts"
import * as Config from "../../src/config/Settings.ts"
import { Examination } from "../../src/programs/cli/doctor.ts"
import type { Finding } from "../../src/programs/cli/doctor.ts"
import { CommandSync } from "../../src/programs/discord/CommandSync.ts"
import { generateKeyPair } from "../../sandbox/mochi/ed25519.ts"
import { fileOf, start } from "../support/spawned.ts"
import { loopback } from "../adapters/discord/LoopbackRest.ts"
import { makeWorld } from "../e2e/world.ts"
import type { World } from "../e2e/world.ts"

type Environment = Readonly<Record<string, string>>

const examine = (environment: Environment): Effect.Effect<ReadonlyArray<Finding>> =>
  Effect.flatMap(Examination, findings => Effect.map(Stream.runCollect(findings), found => [...found])).pipe(
    Effect.provide(examination.layer(Effect.succeed(environment)))
  )

const onDatabase = <A, E>(environment: Environment, work: Effect.Effect<A, E, SqlClient.SqlClient>) =>
  Effect.flatMap(Database.connect(Redacted.make(environment["DATABASE_URL"]!)), context =>
    Effect.provide(work, context)
  ).pipe(Effect.scoped)

const statement = (environment: Environment, text: string) =>
  onDatabase(
    environment,
    Effect.flatMap(SqlClient.SqlClient, sql => sql.unsafe(text))
  )

/** A set-up in which nothing is wrong. */
const sound = Effect.gen(function* () {
  const world = yield* makeWorld()
  yield* onDatabase(world.environment, Migrations.run(migrations))
  const settings = yield* Config.readSettings(world.environment)
  yield* Effect.flatMap(CommandSync, sync => sync.sync(Option.none())).pipe(
    Effect.provide(commands.layer.pipe(Layer.provide(Config.layer(settings))))
  )
  return world
})

const nowhere = "http://127.0.0.1:1"

const wrongKey = () => generateKeyPair().seed.toString("hex")

interface Breakage {
  readonly what: string
  /** Breaks the world, or answers with the variables that do. */
  readonly breakIt: (world: World) => Effect.Effect<Environment, unknown, Scope.Scope>
  /** The checks that must fail, and no others, with what they must say. */
  readonly failing: Readonly<Record<string, RegExp>>
}

const set = (variables: Environment) => () => Effect.succeed(variables)
const inDatabase = (text: string) => (world: World) => Effect.as(statement(world.environment, text), {})

const breakages: ReadonlyArray<Breakage> = [
  {
    what: "a missing variable",
    breakIt: set({ MOCHI_BOT_SECRET: "" }),
    failing: { config: /MOCHI_BOT_SECRET is missing/ }
  },
  {
    what: "malformed variables",
    breakIt: set({ MOCHI_APP_PRIVATE_KEY: "secret-that-is-no-hex", PORT: "http" }),
    failing: { config: /(?=.*MOCHI_APP_PRIVATE_KEY is malformed)(?=.*PORT is malformed)/ }
  },
  {
    what: "a wrong bot token",
    breakIt: set({ DISCORD_BOT_TOKEN: "MTEwMDAwMDAwMDAwMDAwMDAwMQ.wrong.token" }),
    failing: { "discord token": /refuses it \(401\).*DISCORD_BOT_TOKEN/ }
  },
  {
    what: "a proxy's own 401 (C24)",
    breakIt: ({ discord }) =>
      Effect.sync(() => {
        discord.faults.add({
          on: "GET /applications/@me",
          effect: { kind: "status", status: 401, html: "<html>" }
        })
        return {}
      }),
    failing: { "discord token": /answers 401, and not in Discord's own words.*proxy/ }
  },
  {
    what: "no way to Discord",
    breakIt: set({ DISCORD_API_BASE_URL: `${nowhere}/api/v10` }),
    failing: { "discord token": /no answer from 127\.0\.0\.1:1/ }
  },
  {
    what: "another application's public key",
    breakIt: set({ DISCORD_INTERACTIONS: "http", DISCORD_PUBLIC_KEY: "ab".repeat(32) }),
    failing: { application: /DISCORD_PUBLIC_KEY is not the public key.*Set DISCORD_PUBLIC_KEY=[0-9a-f]{64}/ }
  },
  {
    what: "an interactions endpoint that takes everything from the gateway",
    breakIt: world =>
      Effect.map(
        proxied(world, (path, body) =>
          path.endsWith("/applications/@me")
            ? { ...body, interactions_endpoint_url: "https://old-bot.example/interactions" }
            : body
        ),
        url => ({ DISCORD_API_BASE_URL: url })
      ),
    failing: { application: /interactions endpoint old-bot\.example.*DISCORD_INTERACTIONS=http/ }
  },
  {
    what: "a gateway that cannot be reached",
    breakIt: world =>
      Effect.map(
        proxied(world, (path, body) =>
          path.endsWith("/gateway/bot") ? { ...body, url: "ws://127.0.0.1:1" } : body
        ),
        url => ({ DISCORD_API_BASE_URL: url })
      ),
    failing: { gateway: /127\.0\.0\.1:1 does not greet us/ }
  },
  {
    what: "no session start left",
    breakIt: world =>
      Effect.map(
        proxied(world, (path, body) =>
          path.endsWith("/gateway/bot")
            ? {
                ...body,
                session_start_limit: { total: 1000, remaining: 0, reset_after: 600_000, max_concurrency: 1 }
              }
            : body
        ),
        url => ({ DISCORD_API_BASE_URL: url })
      ),
    failing: { gateway: /0 of 1000 session starts.*10 minutes/ }
  },
  {
    what: "commands that were changed",
    breakIt: world =>
      Effect.as(
        Effect.promise(() =>
          fetch(`${world.discord.apiBaseUrl}/applications/${world.discord.applicationId}/commands`, {
            method: "PUT",
            headers: { authorization: `Bot ${world.discord.token}`, "content-type": "application/json" },
            body: JSON.stringify([{ name: "tip", description: "of another bot", type: 1 }])
          })
        ),
        {}
      ),
    failing: {
      commands: /\/kudos is not registered, \/privacy is not registered, \/tip is not ours.*commands sync/
    }
  },
  {
    what: "no way to Mochi Pay",
    breakIt: world =>
      Effect.succeed({
        MOCHI_PAY_API_BASE_URL: nowhere,
        MOCHI_PROFILE_API_BASE_URL: world.environment["MOCHI_PAY_API_BASE_URL"]!
      }),
    failing: { "mochi pay": /no answer from 127\.0\.0\.1:1.*MOCHI_PAY_API_BASE_URL/ }
  },
  {
    what: "no way to Mochi Profile",
    breakIt: set({ MOCHI_PROFILE_API_BASE_URL: nowhere }),
    failing: { "mochi profile": /no answer from 127\.0\.0\.1:1.*MOCHI_PROFILE_API_BASE_URL/ }
  },
  {
    what: "a wrong bearer secret",
    breakIt: set({ MOCHI_BOT_SECRET: "the-secret-of-another-bot" }),
    failing: {
      "mochi pay": /refuses our bearer secret.*MOCHI_BOT_SECRET/,
      "mochi profile": /MOCHI_BOT_SECRET/
    }
  },
  {
    what: "a private key that Mochi does not know",
    breakIt: () => Effect.succeed({ MOCHI_APP_PRIVATE_KEY: wrongKey() }),
    failing: { signature: /refuses it \(401\); our clock is in step.*MOCHI_APP_PRIVATE_KEY/ }
  },
  {
    what: "a missing permission (C16)",
    breakIt: ({ discord }) =>
      Effect.sync(() => {
        const server = (name: string, permissions: bigint) => ({
          id: "1",
          name,
          permissions: `${permissions}`
        })
        discord.faults.add({
          on: "GET /users/@me/guilds",
          effect: {
            kind: "status",
            status: 200,
            body: [
              server("Open", 0x10c00n),
              server("Ruled", 8n),
              ...["A", "B", "C", "D", "E", "F", "G"].map(name => server(name, 0xc00n)),
              { id: "2", name: "Silent" }
            ]
          }
        })
        return {}
      }),
    failing: { application: /lacks Read Message History in A; .* in E; and in 2 more\. Give its role/ }
  },
  {
    what: "a database that is down",
    breakIt: set({ DATABASE_URL: "postgresql://mochi:hidden@127.0.0.1:1/mochi" }),
    failing: { database: /ECONNREFUSED.*DATABASE_URL/ }
  },
  {
    what: "a database that does not exist",
    breakIt: world => {
      const url = new URL(world.environment["DATABASE_URL"]!)
      url.pathname = "/absent"
      return Effect.succeed({ DATABASE_URL: url.href })
    },
    failing: { database: /database "absent" does not exist/ }
  },
  {
    what: "a database that is read-only",
    breakIt: world => {
      const url = new URL(world.environment["DATABASE_URL"]!)
      const name = url.pathname.slice(1)
      return Effect.as(
        statement(world.environment, `alter database ${name} set default_transaction_read_only = on`),
        {}
      )
    },
    failing: { database: /is read-only.*primary/ }
  },
  {
    what: "a database of a newer release",
    breakIt: inDatabase("insert into schema_migrations (migration_id, name) values (9999, 'of_the_future')"),
    failing: { migrations: /newer than this release \(9999_of_the_future\)/ }
  },
  {
    what: "a database of an older release",
    breakIt: inDatabase("delete from schema_migrations where migration_id >= 5"),
    failing: { migrations: /to come \(0005_limits.*Start the service/ }
  },
  {
    what: "a migration that was left out",
    breakIt: inDatabase("delete from schema_migrations where migration_id = 3"),
    failing: { migrations: /0003_notifications was never applied.*backup/ }
  }
]

/** The fake Discord's answers, some of them changed on their way. */
const proxied = (
  world: World,
  change: (path: string, body: Record<string, unknown>) => Record<string, unknown>
) =>
  Effect.gen(function* () {
    const known = yield* Effect.promise(async () => {
      const answers = new Map<string, unknown>()
      const paths = [
        "/applications/@me",
        "/gateway/bot",
        `/applications/${world.discord.applicationId}/commands`,
        `/applications/${world.discord.applicationId}/commands?with_localizations=true`
      ]
      for (const path of paths) {
        const response = await fetch(`${world.discord.apiBaseUrl}${path}`, {
          headers: { authorization: `Bot ${world.discord.token}` }
        })
        answers.set(path.split("?")[0]!, await response.json())
      }
      return answers
    })
    const server = yield* loopback(({ url }) => {
      const path = url.split("?")[0]!.replace("/api/v10", "")
      const body = known.get(path)
      return { status: 200, body: Array.isArray(body) ? body : change(path, Object(body)) }
    })
    return server.url
  })

/** A server that is not Mochi's, and answers the same to everything, its health check excepted. */
const notMochi = (answer: { readonly status: number; readonly body: unknown }) =>
  Effect.map(
    loopback(({ url }) => (url.endsWith("/health") ? { status: 200, body: {} } : answer)),
    ({ url }) => url
  )

const strangers = [
  { what: "404 in JSON", answer: { status: 404, body: { error: "not found" } }, says: /made-up secret/ },
  {
    what: "404 in JSON, as others do",
    answer: { status: 404, body: { message: "Not Found" } },
    says: /made-up/
  },
  {
    what: "404 in text",
    answer: { status: 404, body: "404 page not found" },
    says: /answers 404, and not as Mochi/
  },
  {
    what: "200 in HTML",
    answer: { status: 200, body: "<html>hello</html>" },
    says: /answers 200, and not as Mochi/
  },
  { what: "200 and an empty list", answer: { status: 200, body: { data: [] } }, says: /made-up secret/ },
  { what: "302", answer: { status: 302, body: "" }, says: /answers 302, and not as Mochi/ },
  { what: "403", answer: { status: 403, body: "<html>" }, says: /refuses our bearer secret \(403\)/ }
]

const failures = (findings: ReadonlyArray<Finding>) => findings.filter(({ state }) => state === "failed")

it.scopedLive("finds nothing wrong where nothing is", () =>
  Effect.gen(function* () {
    const { environment } = yield* sound
    const findings = yield* examine(environment)
    expect(findings.map(({ check, state }) => `${check}: ${state}`)).toEqual([
      "config: ok",
      "discord token: ok",
      "application: ok",
      "gateway: ok",
      "commands: ok",
      "mochi pay: ok",
      "mochi profile: ok",
      "signature: ok",
      "database: ok",
      "migrations: ok",
      "webhook secrets: ok"
    ])
  })
)

it.scopedLive("does not identify, and changes nothing", () =>
  Effect.gen(function* () {
    const world = yield* sound
    yield* examine(world.environment)
    yield* examine(world.environment)
    const gateway = yield* Effect.promise(() =>
      fetch(`${world.discord.apiBaseUrl}/gateway/bot`, {
        headers: { authorization: `Bot ${world.discord.token}` }
      }).then(response => response.json())
    )
    expect(gateway.session_start_limit.remaining).toBe(1000)
  })
)

it.scopedLive.each(breakages)("names the cause, and only it: $what", ({ breakIt, failing }) =>
  Effect.gen(function* () {
    const world = yield* sound
    const environment = { ...world.environment, ...(yield* breakIt(world)) }
    const found = failures(yield* examine(environment))
    expect(found.map(({ check }) => check)).toEqual(Object.keys(failing))
    for (const { check, detail, fix } of found) {
      expect(`${detail}. ${fix}`).toMatch(failing[check]!)
      for (const secret of ["hidden", "secret-that-is-no-hex", "the-secret-of-another-bot"])
        expect(`${detail} ${fix}`).not.toContain(secret)
    }
  })
)

it.scopedLive("names the cause, and only it: a clock that is minutes off", () =>
  Effect.gen(function* () {
    const { environment } = yield* sound
    const real = Clock.make()
    const late = Duration.toMillis("10 minutes")
    const off: Clock.Clock = Object.assign(Object.create(real), {
      unsafeCurrentTimeMillis: () => real.unsafeCurrentTimeMillis() - late,
      currentTimeMillis: Effect.map(real.currentTimeMillis, now => now - late)
    })
    const found = failures(yield* Effect.withClock(examine(environment), off))
    expect(found.map(({ check }) => check)).toEqual(["signature"])
    expect(found[0]?.detail).toMatch(/our clock is (600|599|601) s behind Mochi's/)
  })
)

it.scopedLive.each(strangers)(
  "does not take a server for Mochi that answers $what to everything (N6)",
  ({ answer, says }) =>
    Effect.gen(function* () {
      const world = yield* sound
      const url = yield* notMochi(answer)
      const ofProfile = yield* examine({ ...world.environment, MOCHI_PROFILE_API_BASE_URL: url })
      expect(failures(ofProfile).map(({ check }) => check)).toEqual(["mochi profile"])
      expect(failures(ofProfile)[0]?.detail).toMatch(says)
      const ofPay = yield* examine({
        ...world.environment,
        MOCHI_PAY_API_BASE_URL: url,
        MOCHI_PROFILE_API_BASE_URL: world.environment["MOCHI_PAY_API_BASE_URL"]!
      })
      expect(ofPay.find(({ check }) => check === "mochi pay")).toMatchObject({
        state: "failed",
        detail: expect.stringMatching(says)
      })
      expect(ofPay.find(({ check }) => check === "signature")?.state).not.toBe("ok")
    })
)

it.scopedLive("every call to Mochi carries a traceparent, all of one trace (H2)", () =>
  Effect.gen(function* () {
    const world = yield* sound
    const seen: Array<string> = []
    const url = (yield* loopback(({ headers }) => {
      seen.push(String(headers["traceparent"]))
      return { status: 404, body: { error: "not found" } }
    })).url
    yield* examine({ ...world.environment, MOCHI_PAY_API_BASE_URL: url })
    expect(seen.length).toBeGreaterThan(5)
    for (const header of seen) expect(header).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
    expect(new Set(seen.map(header => header.split("-")[1])).size).toBe(1)
    expect(new Set(seen).size).toBe(seen.length)
  })
)

it.scopedLive("leaves the gateway that greeted it, and ends (N1)", () =>
  Effect.gen(function* () {
    const world = yield* sound
    const child = yield* start(process.execPath, [fileOf("src/cli.ts"), "doctor"], {
      env: { PATH: process.env["PATH"] ?? "", ...world.environment }
    })
    yield* Effect.repeat(Effect.sleep("20 millis"), { until: () => child.said().includes("webhook secrets") })
    const ended = yield* Effect.timeoutOption(child.ended, "10 seconds")
    expect(Option.map(ended, ({ code }) => code)).toEqual(Option.some(0))
  })
)
