import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import { parse } from "yaml"

export const root = fileURLToPath(new URL("../..", import.meta.url))

export const textOf = (path: string): string =>
  readFileSync(new URL(path, new URL("../../", import.meta.url)), "utf8")

export const yamlOf = (path: string): unknown => parse(textOf(path), { merge: true })

export interface Ran {
  readonly code: number
  readonly output: string
}

/** Runs a program in the project's folder. One that is missing fails the test and says what to install. */
export const run = (program: string, args: ReadonlyArray<string>, install: string): Effect.Effect<Ran> =>
  Effect.async<Ran>(resume => {
    execFile(program, [...args], { cwd: root }, (error, stdout, stderr) => {
      if (error !== null && error.code === "ENOENT")
        return resume(Effect.die(new Error(`${program} is missing: install ${install}`)))
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1
      resume(Effect.succeed({ code, output: stdout + stderr }))
    })
  })

/** What Prometheus and its tools come with. */
export const prometheusPackage = "Debian's package prometheus (apt-get install prometheus)"

export interface Alert {
  readonly name: string
  readonly expr: string
  readonly severity: string
  readonly runbook: string
}

export const alerts = (): ReadonlyArray<Alert> => {
  const { groups } = yamlOf("otel/prometheus/alerts.yml") as {
    groups: ReadonlyArray<{
      rules: ReadonlyArray<{
        alert: string
        expr: string
        labels: { severity: string }
        annotations: { runbook: string }
      }>
    }>
  }
  return groups.flatMap(({ rules }) =>
    rules.map(({ alert, annotations, expr, labels }) => ({
      name: alert,
      expr,
      severity: labels.severity,
      runbook: annotations.runbook
    }))
  )
}

export interface Query {
  /** Dashboard and panel. */
  readonly where: string
  readonly expr: string
}

export const dashboards = ["service-levels", "delivery", "dependencies"] as const

export const panelQueries = (): ReadonlyArray<Query> =>
  dashboards.flatMap(name => {
    const { panels } = JSON.parse(textOf(`otel/grafana/dashboards/${name}.json`)) as {
      panels: ReadonlyArray<{ title: string; targets: ReadonlyArray<{ expr: string }> }>
    }
    return panels.flatMap(({ targets, title }) =>
      targets.map(({ expr }) => ({ where: `${name} / ${title}`, expr }))
    )
  })
