import { expect, it } from "@effect/vitest"
import { globSync, readFileSync } from "node:fs"

const textOf = (file: string) => readFileSync(file, "utf8")
const sources = globSync("src/**/*.ts")

it("every span with a name of its own stands in the runbook", () => {
  const named = sources.flatMap(file =>
    [...textOf(file).matchAll(/\b(?:inSpan(?:Since)?\(\s*|span: )"([^"]+)"/g)].map(([, name = ""]) => name)
  )
  const runbook = textOf("otel/README.md")
  expect(named).toContain("request.store")
  expect(named).toContain("notification.deliver")
  expect(named.filter(name => !runbook.includes(`\`${name}\``))).toEqual([])
})

it("no function makes a span of itself by the way", () => {
  const traced = (text: string) => /\bEffect\.fn\(/.test(text)
  expect(traced('Effect.fn("Audit.record")(')).toBe(true)
  expect(sources.filter(file => traced(textOf(file)))).toEqual([])
})
