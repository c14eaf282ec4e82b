import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Schedule, Schema } from "effect"
import type { Scope } from "effect"
import { freePort } from "../support/freePort.ts"
import { prometheusPackage, root } from "./tools.ts"

export interface Prometheus {
  /** The values of an instant query; empty if it has no result. Fails the test if the query is refused. */
  readonly query: (expr: string) => Effect.Effect<ReadonlyArray<Sample>>
  /** Waits until the query has a result. */
  readonly until: (expr: string) => Effect.Effect<void>
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: string
}

/** A real Prometheus that scrapes the given ports every half second and evaluates our alerts. */
export const startPrometheus = (
  targets: Readonly<Record<string, number>>
): Effect.Effect<Prometheus, never, Scope.Scope> =>
  Effect.gen(function* () {
    const port = yield* freePort
    const folder = yield* Effect.acquireRelease(
      Effect.promise(() => mkdtemp(join(tmpdir(), "mochi-prometheus-"))),
      path => Effect.promise(() => rm(path, { recursive: true, force: true }))
    )
    const config = {
      global: { scrape_interval: "500ms", evaluation_interval: "1s" },
      rule_files: [`${root}/otel/prometheus/alerts.yml`],
      scrape_configs: Object.entries(targets).map(([job, target]) => ({
        job_name: job,
        scrape_timeout: "500ms",
        static_configs: [{ targets: [`127.0.0.1:${target}`] }]
      }))
    }
    yield* Effect.promise(() => writeFile(join(folder, "prometheus.yml"), JSON.stringify(config)))
    yield* startProcess("prometheus", [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--log.level=error"
    ])
    const query = (expr: string) =>
      Effect.promise(async () => {
        const url = `http://127.0.0.1:${port}/api/v1/query?${new URLSearchParams({ query: expr })}`
        const answer = decodeAnswer(await (await fetch(url)).json())
        if (answer.status === "error") throw new Error(`${answer.error}: ${expr}`)
        return answer.data.result.map(({ metric, value }) => ({ labels: metric, value: value[1] }))
      })
    yield* Effect.tryPromise(() => fetch(`http://127.0.0.1:${port}/-/ready`)).pipe(
      Effect.filterOrFail(response => response.ok),
      Effect.retry(Schedule.spaced("50 millis")),
      Effect.timeout("20 seconds"),
      Effect.orDie
    )
    return {
      query,
      until: expr =>
        query(expr).pipe(
          Effect.filterOrFail(samples => samples.length > 0),
          Effect.retry(Schedule.spaced("100 millis")),
          Effect.timeout("30 seconds"),
          Effect.orDieWith(() => new Error(`nothing came of ${expr}`)),
          Effect.asVoid
        )
    }
  })

/** A program that runs until the scope ends. */
export const startProcess = (
  program: string,
  args: ReadonlyArray<string>,
  environment: Readonly<Record<string, string>> = {}
) =>
  Effect.acquireRelease(
    Effect.async<ReturnType<typeof spawn>>(resume => {
      const child = spawn(program, [...args], {
        stdio: ["ignore", "ignore", "inherit"],
        env: { ...process.env, ...environment }
      })
      child.once("error", () =>
        resume(Effect.die(new Error(`${program} cannot be started: install ${prometheusPackage}`)))
      )
      child.once("spawn", () => resume(Effect.succeed(child)))
    }),
    child =>
      Effect.promise(async () => {
        if (child.exitCode !== null) return
        const gone = once(child, "exit")
        child.kill("SIGTERM")
        const impatience = setTimeout(() => child.kill("SIGKILL"), 5000)
        await gone
        clearTimeout(impatience)
      })
  )

const decodeAnswer = Schema.decodeUnknownSync(
  Schema.Union(
    Schema.Struct({
      status: Schema.Literal("success"),
      data: Schema.Struct({
        result: Schema.Array(
          Schema.Struct({
            metric: Schema.Record({ key: Schema.String, value: Schema.String }),
            value: Schema.Tuple(Schema.Number, Schema.String)
          })
        )
      })
    }),
    Schema.Struct({ status: Schema.Literal("error"), error: Schema.String })
  )
)
