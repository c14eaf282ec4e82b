import { it } from "@effect/vitest"
import { Effect } from "effect"
import { expect } from "vitest"
import { alerts, prometheusPackage, run, textOf, yamlOf } from "./tools.ts"

const promtool = (...args: ReadonlyArray<string>) => run("promtool", args, prometheusPackage)

it.live("promtool accepts the configuration and the rules", () =>
  Effect.gen(function* () {
    expect(yield* promtool("check", "config", "otel/prometheus/prometheus.yml")).toMatchObject({ code: 0 })
    expect(yield* promtool("check", "rules", "otel/prometheus/alerts.yml")).toMatchObject({ code: 0 })
  })
)

it.live(
  "Every alert fires when it should and stays silent when it should",
  () =>
    Effect.gen(function* () {
      expect(yield* promtool("test", "rules", "otel/prometheus/alerts.test.yml")).toMatchObject({ code: 0 })
      const { tests } = yamlOf("otel/prometheus/alerts.test.yml") as {
        tests: ReadonlyArray<{
          promql_expr_test?: ReadonlyArray<{ expr: string; exp_samples: ReadonlyArray<unknown> }>
        }>
      }
      const tested = tests.flatMap(({ promql_expr_test }) =>
        (promql_expr_test ?? []).map(({ exp_samples, expr }) => ({
          name: /alertname="(\w+)"/.exec(expr)?.[1],
          fires: exp_samples.length > 0
        }))
      )
      for (const { name } of alerts()) {
        expect(tested, `${name} is shown to fire`).toContainEqual({ name, fires: true })
        expect(tested, `${name} is shown to stay silent`).toContainEqual({ name, fires: false })
      }
    }),
  120_000
)

it("Every alert names a section of the runbook, and what it is worth being woken for", () => {
  const anchors = new Set(
    [...textOf("otel/README.md").matchAll(/^## (.+)$/gm)].map(
      ([, title]) => `otel/README.md#${title?.toLowerCase().replaceAll(" ", "-")}`
    )
  )
  expect(alerts().length).toBeGreaterThan(20)
  for (const { name, runbook, severity } of alerts()) {
    expect(anchors, name).toContain(runbook)
    expect(["page", "ticket"], name).toContain(severity)
  }
  expect(new Set(alerts().map(({ name }) => name)).size).toBe(alerts().length)
})

it("Links within the runbook lead somewhere", () => {
  const text = textOf("otel/README.md")
  const anchors = new Set(
    [...text.matchAll(/^## (.+)$/gm)].map(([, title]) => title?.toLowerCase().replaceAll(" ", "-"))
  )
  const links = [...text.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor)
  expect(links.length).toBeGreaterThan(10)
  for (const link of links) expect(anchors).toContain(link)
})
