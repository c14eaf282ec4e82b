import { expect, it } from "@effect/vitest"
import { Effect, Fiber, Schedule } from "effect"
import type { Scope } from "effect"
import Pg from "pg"
import { buttonsOf } from "../../sandbox/transcript.ts"
import * as StatementTap from "../support/statementTap.ts"
import type { Statement } from "../support/statementTap.ts"
import { fill, interactionNumber, userNumber } from "./crowdedTables.ts"
import { kudosAnswer, suggestions, textOf } from "./steps.ts"
import { inDatabase } from "./stored.ts"
import { makeWorld, startService, untilRegistered } from "./world.ts"
import type { World } from "./world.ts"

/** The service, whose statements can be read. */
const tapped = (world: World) =>
  Effect.gen(function* () {
    const url = new URL(world.environment["DATABASE_URL"] ?? "")
    const tap = yield* StatementTap.make({ host: url.hostname, port: Number(url.port) })
    url.host = `127.0.0.1:${tap.port}`
    yield* startService(world, { DATABASE_URL: url.href })
    yield* untilRegistered(world)
    return tap
  })

it.scopedLive(
  "an idle process asks the database two questions a second, and looks after everything with them",
  () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const tap = yield* tapped(world)
      // What it prunes and counts at its start.
      yield* Effect.sleep("3 seconds")
      const [before, since] = [tap.statements().length, performance.now()]
      yield* Effect.sleep("10 seconds")
      const asked = tap.statements().slice(before)
      const seconds = (performance.now() - since) / 1000
      const texts = asked.map(({ text }) => text)
      expect(texts.length, texts.join("\n")).toBeLessThanOrEqual(2 * seconds + allowance)
      const beat = texts.findLast(text => text.includes("update processes")) ?? ""
      for (const look of ["interactions", "kudos_intents", "unfinished_erasures", "'deliver'", "'ask-mochi'"])
        expect(beat).toContain(look)
    }),
  60_000
)

/** For what comes once in a while: tokens that are forgotten, a session that is saved, a backlog that is counted. */
const allowance = 8

it.scopedLive(
  "with 100,000 rows in every table no statement of commands, presses, deliveries, webhooks, recovery or upkeep reads a table whole",
  () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* Effect.flatMap(startService(world), Fiber.interrupt)
      yield* fill(world.environment["DATABASE_URL"] ?? "")
      yield* inDatabase(world, abandoned)
      const tap = yield* tapped(world)
      const { ada, channel, discord, guild, linus } = world

      yield* suggestions(world, "application", "")
      yield* kudosAnswer(world)
      const card = yield* discord.until("the owner's card", () =>
        discord.dmsOf(linus).find(message => textOf(message).includes("Request "))
      )
      const approve = buttonsOf(card).find(({ custom_id }) => custom_id?.includes("approve"))
      yield* discord.people.pressButton({ user: linus, message: card, customId: approve?.custom_id ?? "" })
      yield* discord.people
        .slashCommand({ user: ada, guild, channel, name: "privacy", subcommand: "export" })
        .pipe(Effect.flatMap(run => run.answered))
      yield* world.mochi.webhooks.idle
      // Somebody has taken over all that was left behind.
      yield* inDatabase(
        world,
        sql => sql`select from notifications where state = 'pending'
        union all select from kudos_intents where holder = 900
        union all select from interactions where holder = 900
        union all select from unfinished_erasures where next_try_at < now()`
      ).pipe(
        Effect.repeat({ until: rows => rows.length === 0, schedule: Schedule.spaced("200 millis") }),
        Effect.timeout("40 seconds")
      )
      yield* Effect.sleep("3 seconds")

      const asked = new Map(tap.statements().map(statement => [statement.text, statement]))
      yield* inDatabase(world, sql => sql`analyze`)
      const plans = yield* plansOf(world, [...asked.values()].flatMap(parts))
      for (const part of [
        "insert into kudos_intents",
        "update unfinished_erasures",
        "pgboss.job",
        "write_probe"
      ])
        expect(plans.filter(({ text }) => text.includes(part)).length, part).toBeGreaterThan(0)
      const whole = plans.filter(({ plan }) => readsWhole(plan))
      expect(whole.map(({ text }) => text)).toEqual([])
    }),
  180_000
)

/** What a process that is gone has begun, an erasure that nobody completed, and a job that it held. */
const abandoned: Parameters<typeof inDatabase<unknown>>[1] = sql =>
  Effect.all([
    sql`insert into processes (id, seen_at) values (900, '-infinity')`,
    sql`update interactions set awaits_answer = true, holder = 900, received_at = now() where id in (${interactionNumber(99_999)}, ${interactionNumber(99_998)})`,
    sql`update kudos_intents set state = 'sending', holder = 900 where interaction_id = ${interactionNumber(99_998)}`,
    sql`update unfinished_erasures set next_try_at = now() where discord_user_id = ${userNumber(5)}`,
    sql`insert into pgboss.job (name, data, state, retry_limit, expire_seconds, deletion_seconds, heartbeat_seconds, heartbeat_on, started_on)
      values ('ask-mochi', '{}', 'active', 9, 900, 900, 10, now() - interval '1 minute', now())`
  ])

const parts = ({ text, values }: Statement): ReadonlyArray<Statement> =>
  text
    .split(";")
    .map(part => ({ text: part.trim(), values }))
    .filter(part => /^(?:with|select|insert|update|delete)\b/i.test(part.text))

/** As PostgreSQL would run each statement with its parameters. */
const plansOf = (world: World, statements: ReadonlyArray<Statement>) =>
  Effect.gen(function* () {
    const client = yield* connection(world.environment["DATABASE_URL"] ?? "")
    return yield* Effect.forEach(statements, ({ text, values }) =>
      Effect.promise(async () => {
        const result = await client.query(`explain (format json) ${text}`, [...values])
        return { text, plan: JSON.stringify(result.rows) }
      })
    )
  }).pipe(Effect.scoped)

const connection = (url: string): Effect.Effect<Pg.Client, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const client = new Pg.Client({ connectionString: url })
      await client.connect()
      return client
    }),
    client => Effect.promise(() => client.end())
  )

const readsWhole = (plan: string) =>
  [...plan.matchAll(/"Node Type":"Seq Scan".*?"Relation Name":"(\w+)"/g)].some(
    ([, table]) => table !== undefined && crowded.test(table)
  )

const crowded =
  /^(?:interactions|people|kudos_intents|transfer_requests|shown_messages|live_answers|audit_log|notifications|webhook_inbox|decision_leases|rate_limits|usage_activity|erasures|unfinished_erasures|job_common)$/
