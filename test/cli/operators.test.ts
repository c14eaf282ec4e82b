import { SqlClient } from "@effect/sql"
import { expect, it } from "@effect/vitest"
import { Effect, Redacted, Schedule } from "effect"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Database from "../../src/adapters/postgres/Database.ts"
import * as Migrations from "../../src/adapters/postgres/Migrations.ts"
import { migrations } from "../../src/adapters/postgres/migrations/registry.ts"
import { vi } from "vitest"
import { findInDatabase } from "../support/databaseSearch.ts"
import { sendKudos } from "../e2e/steps.ts"
import { makeRunningWorld, makeWorld } from "../e2e/world.ts"
import type { World } from "../e2e/world.ts"
import { runCli } from "./commandLine.ts"

/** Each command is a process of its own, and there may be many others on the machine. */
vi.setConfig({ testTimeout: 240_000 })

const inDatabase = <A, E>(world: World, work: Effect.Effect<A, E, SqlClient.SqlClient>) =>
  Effect.flatMap(Database.connect(Redacted.make(world.environment["DATABASE_URL"]!)), context =>
    Effect.provide(work, context)
  ).pipe(Effect.scoped)

const statement = (world: World, text: string) =>
  inDatabase(
    world,
    Effect.flatMap(SqlClient.SqlClient, sql => sql.unsafe(text))
  )

const eventually = <A, E>(look: Effect.Effect<A, E>, holds: (found: A) => boolean) =>
  look.pipe(
    Effect.repeat({ until: holds, schedule: Schedule.spaced("50 millis") }),
    Effect.timeout("20 seconds")
  )

/** Ada's request has reached Linus. */
const oneRequest = (world: World) =>
  Effect.gen(function* () {
    yield* Effect.flatMap(sendKudos(world), run => run.answered)
    yield* world.discord.awaitMessage(message => message.embeds[0]?.title === "Vault Transfer Request")
    yield* eventually(
      statement(world, "select from notifications where state = 'delivered'"),
      rows => rows.length === 1
    )
  })

it.scopedLive(
  "what was given up is listed, shown, and tried again, safely twice, beside a running service",
  () =>
    Effect.gen(function* () {
      const world = yield* makeRunningWorld()
      const cli = (...args: ReadonlyArray<string>) => runCli(world.environment, ...args)
      yield* oneRequest(world)
      yield* statement(world, "update notifications set state = 'dead', reason = 'Discord 50001: Refused'")

      const listed = yield* cli("notifications", "list", "--state", "dead", "--json")
      expect(listed).toMatchObject({ exitCode: 0, stderr: "" })
      const [dead] = JSON.parse(listed.stdout)
      expect(Object.keys(dead)).toEqual([
        ...["id", "kind", "state", "request_code", "app_id"],
        ...["audience", "reason", "attempts", "created_at", "updated_at"]
      ])
      expect(dead).toMatchObject({ kind: "approval_card", state: "dead", app_id: "123", audience: "owner" })
      const shown = yield* cli("notifications", "show", dead.id)
      expect(shown.stdout).toContain("Discord 50001: Refused")

      const [first, second] = yield* Effect.all(
        [cli("notifications", "retry", dead.id), cli("notifications", "retry", "--all", "--json")],
        { concurrency: "unbounded" }
      )
      expect([first.exitCode, second.exitCode]).toEqual([0, 0])
      const revived = Number(first.stdout.includes("1 notification")) + JSON.parse(second.stdout).length
      expect(revived).toBe(1)
      yield* eventually(
        statement(world, "select from notifications where state = 'delivered'"),
        rows => rows.length === 1
      )
      expect(yield* statement(world, "select from notifications where attempts = 2")).toHaveLength(1)
      expect((yield* cli("notifications", "retry", dead.id)).stdout).toContain("was delivered")
      expect(world.discord.dmsOf(world.linus)).toHaveLength(1)
    })
)

it.scopedLive("a person is exported and erased, and usage and audit log tell what is left", () =>
  Effect.gen(function* () {
    const world = yield* makeRunningWorld()
    const cli = (...args: ReadonlyArray<string>) => runCli(world.environment, ...args)
    yield* oneRequest(world)
    const exported = yield* cli("privacy", "export", world.ada.id)
    expect(exported).toMatchObject({ exitCode: 0, stderr: "" })
    expect(JSON.parse(exported.stdout)).toMatchObject({
      discord_user_id: world.ada.id,
      mochi_profile_ids: ["90101"],
      stored: { people: [{}], kudos_intents: [{}], usage_activity: [{ command: "kudos" }] }
    })
    const usage = yield* cli("usage", "--days", "7", "--json")
    const used = {
      days: 7,
      active_users: 1,
      servers: 1,
      commands: { kudos: 1 },
      volume: [{ token: "USDC", requests: 1, amount: "10.5" }]
    }
    expect(JSON.parse(usage.stdout)).toMatchObject(used)

    const erased = yield* cli("privacy", "delete", world.ada.id, "--json")
    expect(JSON.parse(erased.stdout)).toMatchObject({
      discord_user_id: world.ada.id,
      mochi_asked: true,
      erased: { people: 1, kudos_intents: 1, transfer_requests: 1 }
    })
    expect((yield* inDatabase(world, findInDatabase(world.ada.id))).found).toEqual([])
    expect((yield* cli("privacy", "delete", world.ada.id)).stdout).toContain("Nothing was stored")
    expect(JSON.parse((yield* cli("usage", "--json")).stdout)).toMatchObject({ ...used, days: 30 })

    const audit = yield* cli("audit", "list", "--json", "--person", world.ada.id)
    const deeds = JSON.parse(audit.stdout).map(
      ({ action, actor }: Record<string, string>) => `${actor!.split(":")[0]} ${action}`
    )
    expect(deeds.toSorted()).toEqual([
      "erased kudos",
      "erased mochi_create",
      "operator privacy_delete",
      "operator privacy_delete",
      "operator privacy_export"
    ])
    const all = yield* cli("audit", "export")
    const lines = all.stdout.trimEnd().split("\n")
    expect(lines.map(line => JSON.parse(line).action)).toContain("deliver")
    expect((yield* cli("audit", "list", "--limit", "2", "--json")).stdout.match(/"id"/g)).toHaveLength(2)
  })
)

it.scopedLive("commands are compared and written, in one server too, and twice at once", () =>
  Effect.gen(function* () {
    const world = yield* makeWorld()
    const cli = (...args: ReadonlyArray<string>) => runCli(world.environment, "commands", ...args)
    const before = yield* cli("diff")
    expect(before.exitCode).toBe(1)
    expect(before.stdout).toBe("+ /kudos  is not registered\n+ /privacy  is not registered\n")
    const both = yield* Effect.all([cli("sync"), cli("sync")], { concurrency: "unbounded" })
    expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0])
    expect(yield* cli("diff")).toMatchObject({ exitCode: 0, stdout: "No difference\n" })
    expect((yield* cli("sync")).stdout).toContain("Nothing to write")
    const inGuild = yield* cli("sync", "--guild", world.guild.id, "--json")
    expect(JSON.parse(inGuild.stdout)).toMatchObject({ written: true, missing: ["kudos", "privacy"] })
    const listed = JSON.parse((yield* cli("list", "--guild", world.guild.id, "--json")).stdout)
    expect(listed.map(({ name }: { name: string }) => name).toSorted()).toEqual(["kudos", "privacy"])
    expect((yield* cli("diff", "--guild", world.guild.id)).exitCode).toBe(0)
  })
)

it.scopedLive("looking makes nothing: neither a folder nor a table (N5)", () =>
  Effect.gen(function* () {
    const world = yield* makeWorld()
    const cwd = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "mochi-looking-"))),
      path => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
    )
    const mistyped = join(cwd, "dta", "there")
    const looks = [
      ["notifications", "list"],
      ["notifications", "retry", "--all"],
      ["audit", "list"],
      ["usage"],
      ["privacy", "export", world.ada.id],
      ["doctor"]
    ]
    for (const look of looks) {
      const ran = yield* runCli({ ...world.environment, DATABASE_URL: "", DATA_DIR: mistyped }, ...look)
      expect(ran.exitCode, look.join(" ")).toBe(1)
      const said = look[0] === "doctor" ? ran.stdout.match(/^FAIL .*$/gm) : ran.stderr.trimEnd().split("\n")
      expect(
        said?.filter(line => line.includes(`there is no database at ${mistyped}/postgres`))
      ).toHaveLength(1)
      if (look[0] !== "doctor") expect(said).toHaveLength(1)
      expect(readdirSync(cwd)).toEqual([])
    }
    const ran = yield* runCli(world.environment, "usage")
    expect(ran).toMatchObject({ exitCode: 1, stdout: "" })
    expect(ran.stderr).toMatch(/^there is nothing of this service in the database.*DATABASE_URL.*\n$/)
    expect(
      yield* statement(world, "select 1 from information_schema.tables where table_schema = current_schema()")
    ).toEqual([])
  })
)

it.scopedLive("of many notifications the newest are listed, and the operator reads that there are more", () =>
  Effect.gen(function* () {
    const world = yield* makeWorld()
    yield* inDatabase(world, Migrations.run(migrations))
    const listed = (...args: ReadonlyArray<string>) =>
      runCli(world.environment, "notifications", "list", "--json", ...args)
    yield* statement(
      world,
      `insert into notifications (application_id, code, audience, kind, about, created_at)
       select '123', 'R' || n, 'owner', 'approval_card', 'pending', now() - n * interval '1 minute'
       from generate_series(1, 1001) n`
    )
    const cut = yield* listed()
    expect(cut.exitCode).toBe(0)
    expect(cut.stderr).toMatch(/^There are more than these 1000: --limit .*\n$/)
    const shown = JSON.parse(cut.stdout)
    expect([shown.length, shown[0].request_code, shown[999].request_code]).toEqual([1000, "R1", "R1000"])
    const whole = yield* listed("--limit", "1001")
    expect([JSON.parse(whole.stdout).length, whole.stderr]).toEqual([1001, ""])
  })
)

it.scopedLive("who calls it wrongly, or while something is broken, is told so, and nothing is lost", () =>
  Effect.gen(function* () {
    const world = yield* makeWorld()
    yield* inDatabase(world, Migrations.run(migrations))
    const given = (changed: Readonly<Record<string, string>>, ...args: ReadonlyArray<string>) =>
      runCli({ ...world.environment, ...changed }, ...args)
    const refused = Effect.fnUntraced(function* (
      exitCode: number,
      words: RegExp,
      changed: Readonly<Record<string, string>>,
      ...args: ReadonlyArray<string>
    ) {
      const ran = yield* given(changed, ...args)
      expect(ran, args.join(" ")).toMatchObject({ exitCode, stdout: "" })
      expect(ran.stderr).toMatch(words)
      expect(ran.stderr).not.toMatch(/\n\s+at .*\.ts|hidden/)
    })
    const unknown = "00000000-0000-4000-8000-000000000000"
    yield* refused(1, /There is no notification 00000000/, {}, "notifications", "show", unknown)
    yield* refused(1, /There is no notification/, {}, "notifications", "retry", unknown)
    yield* refused(2, /is no notification id/, {}, "notifications", "show", "7")
    yield* refused(2, /either an id, or --all/, {}, "notifications", "retry")
    yield* refused(2, /is no Discord user id/, {}, "privacy", "delete", "me; drop table people")
    yield* refused(2, /is no Discord server id/, {}, "commands", "diff", "--guild", "x")
    yield* refused(2, /^--since is no moment.*\n$/, {}, "audit", "list", "--since", "yesterday")
    yield* refused(2, /^--since is no moment.*\n$/, {}, "audit", "list", "--since=-271821-04-20T00:00:00Z")
    yield* refused(2, /^--limit has to be 1 to 100000\n$/, {}, "audit", "list", "--limit", "0")
    yield* refused(2, /^--limit has to be 1 to 100000\n$/, {}, "notifications", "list", "--limit", "100001")
    yield* refused(2, /Invalid subcommand/, {}, "frobnicate")
    yield* refused(1, /DISCORD_BOT_TOKEN is missing/, { DISCORD_BOT_TOKEN: "" }, "usage")
    yield* refused(1, /refuses the bot token \(401\)/, { DISCORD_BOT_TOKEN: "wrong" }, "commands", "sync")
    const down = { DATABASE_URL: "postgresql://u:hidden@127.0.0.1:1/x" }
    yield* refused(1, /unreachable.*ECONNREFUSED/, down, "notifications", "list")

    const readOnly = new URL(world.environment["DATABASE_URL"]!)
    readOnly.searchParams.set("options", "-c default_transaction_read_only=on")
    yield* refused(
      1,
      /read-only transaction/,
      { DATABASE_URL: readOnly.href },
      "notifications",
      "retry",
      "--all"
    )
    yield* statement(world, "delete from schema_migrations where migration_id >= 5")
    yield* refused(1, /older than this release.*start the service/, {}, "audit", "list")
    yield* statement(world, "insert into schema_migrations (migration_id, name) values (9999, 'later')")
    yield* refused(1, /9999_later.*Start the newer release/, {}, "audit", "list")
  })
)
