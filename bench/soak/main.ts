/** `npm run soak`: kills the service every ten seconds under other troubles, and reports what people saw. */
import { Command, Options } from "@effect/cli"
import { Console, Effect, Option } from "effect"
import { randomInt } from "node:crypto"
import { runCommand } from "../../sandbox/commandLine.ts"
import { planOf } from "./plan.ts"
import { drawReport, isClean, reportOf } from "./report.ts"
import { run } from "./run.ts"
import { countTroubles } from "./countTroubles.ts"

const minutes = Options.float("minutes").pipe(
  Options.withDescription(
    "How long people send kudos, 0.2 to 60; then the soak waits for everything that is owed."
  ),
  Options.withDefault(1),
  Options.filterMap(
    value => (value >= 0.2 && value <= 60 ? Option.some(value) : Option.none()),
    "--minutes is 0.2 to 60"
  )
)

const seed = Options.integer("seed").pipe(
  Options.withDescription(
    "Repeats a run's traffic, troubles and kills; without it the soak draws one and prints it."
  ),
  Options.optional
)

const json = Options.boolean("json").pipe(Options.withDescription("Print the counts as JSON."))

const log = Options.file("log").pipe(
  Options.withDescription("Keep the service's log lines in this file."),
  Options.optional
)

const soak = Command.make("soak", { minutes, seed, json, log }, chosen =>
  Effect.gen(function* () {
    const runSeed = Option.getOrElse(chosen.seed, () => randomInt(2 ** 31))
    yield* Console.error(`Soak of ${chosen.minutes} min with seed ${runSeed}`)
    const outcome = yield* run(planOf({ millis: chosen.minutes * 60_000, seed: runSeed }), {
      seed: runSeed,
      log: Option.getOrUndefined(chosen.log),
      say: line => Console.error(line)
    })
    const report = reportOf(outcome, yield* countTroubles(outcome.world), {
      minutes: chosen.minutes,
      seed: runSeed
    })
    yield* Console.log(chosen.json ? JSON.stringify(report, null, 2) : drawReport(report))
    if (!isClean(report)) process.exitCode = 1
  }).pipe(Effect.scoped)
).pipe(
  Command.withDescription(
    "Real PostgreSQL; kill -9 for the service every ten seconds; 429 for 5 % and 500 for 5 % of the calls to Discord and Mochi; a fifth of the webhooks out of order, a tenth twice. Exits with 1 unless nothing was lost, doubled, wrong or late."
  )
)

runCommand(soak, "soak")
