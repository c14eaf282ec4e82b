/** `npm run soak`: the world under all its troubles, the service killed every ten seconds, and what people saw of it. */
import { Command, Options } from "@effect/cli"
import { Console, Effect, Option } from "effect"
import { randomInt } from "node:crypto"
import { runCommand } from "../../sandbox/commandLine.ts"
import { planOf } from "./plan.ts"
import { drawReport, isClean, reportOf } from "./report.ts"
import { run } from "./run.ts"
import { struck } from "./struck.ts"

const minutes = Options.float("minutes").pipe(
  Options.withDescription("How long people send kudos, 0.2 to 60; then it is waited for what is owed."),
  Options.withDefault(1),
  Options.filterMap(
    given => (given >= 0.2 && given <= 60 ? Option.some(given) : Option.none()),
    "--minutes is 0.2 to 60"
  )
)

const seed = Options.integer("seed").pipe(
  Options.withDescription(
    "Repeats a run's traffic, troubles and kills; drawn and printed where it is left out."
  ),
  Options.optional
)

const json = Options.boolean("json").pipe(Options.withDescription("Print the counts as JSON."))

const log = Options.file("log").pipe(
  Options.withDescription("Keep the service's log lines in this file."),
  Options.optional
)

const soak = Command.make("soak", { minutes, seed, json, log }, given =>
  Effect.gen(function* () {
    const drawn = Option.getOrElse(given.seed, () => randomInt(2 ** 31))
    yield* Console.error(`Soak of ${given.minutes} min with seed ${drawn}`)
    const outcome = yield* run(planOf({ millis: given.minutes * 60_000, seed: drawn }), {
      seed: drawn,
      log: Option.getOrUndefined(given.log),
      say: line => Console.error(line)
    })
    const report = reportOf(outcome, yield* struck(outcome.world), { minutes: given.minutes, seed: drawn })
    yield* Console.log(given.json ? JSON.stringify(report, null, 2) : drawReport(report))
    if (!isClean(report)) process.exitCode = 1
  }).pipe(Effect.scoped)
).pipe(
  Command.withDescription(
    "Real PostgreSQL, the service killed with kill -9 every ten seconds, 5 % of Discord's and of Mochi's answers 429 and 5 % 500, a fifth of the webhooks out of order, a tenth twice. Exits with 1 unless nothing was lost, doubled, wrong or late."
  )
)

runCommand(soak, "soak")
