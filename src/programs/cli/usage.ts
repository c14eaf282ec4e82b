import { Command, Options } from "@effect/cli"
import { Effect } from "effect"
import { UsageLog } from "../../ports/UsageLog.ts"
import { auditing } from "./auditing.ts"
import { wrongUsage } from "./CommandEnd.ts"
import * as options from "./options.ts"
import { details, plain, print, printJson, table } from "./output.ts"

/** The store deletes older days. */
const mostDays = 400

const days = Options.integer("days").pipe(
  Options.withDescription(`How many days, today included, by UTC: 1 to ${mostDays}; 30 by default`),
  Options.withDefault(30)
)

export const usage = Command.make("usage", { days, json: options.json }, ({ days, json }) =>
  Effect.gen(function* () {
    if (days < 1 || days > mostDays) return yield* wrongUsage(`--days has to be 1 to ${mostDays}`)
    const report = yield* (yield* UsageLog).report(days)
    const runs = report.commands.reduce((sum, { runs }) => sum + runs, 0)
    if (json)
      return yield* printJson({
        days,
        active_users: report.activeUsers,
        servers: report.servers,
        commands: Object.fromEntries(report.commands.map(({ command, runs }) => [command, runs])),
        commands_total: runs,
        volume: report.volume,
        by_day: report.days.map(({ activeUsers, day, runs }) => ({
          day,
          active_users: activeUsers,
          commands: runs
        }))
      })
    yield* print(
      details([
        ["days", String(days)],
        ["active users", String(report.activeUsers)],
        ["servers", String(report.servers)],
        ["commands", String(runs)]
      ])
    )
    if (report.commands.length > 0)
      yield* print(
        `\n${table(
          ["COMMAND", "RUNS"],
          report.commands.map(({ command, runs }) => [command, String(runs)])
        )}`
      )
    if (report.volume.length > 0)
      yield* print(
        `\n${table(
          ["TOKEN", "REQUESTS", "AMOUNT"],
          report.volume.map(({ amount, requests, token }) => [plain(token), String(requests), amount])
        )}`
      )
  }).pipe(auditing("usage"))
).pipe(Command.withDescription("How much the bot is used: active users, commands, servers, volume"))
