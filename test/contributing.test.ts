import { expect, it } from "@effect/vitest"
import { existsSync, readFileSync } from "node:fs"

const guide = readFileSync("CONTRIBUTING.md", "utf8")

it("every file and folder that CONTRIBUTING sends a newcomer to is there", () => {
  const named = [...guide.matchAll(/`((?:src|test|sandbox|docs|programs|services|adapters)\/[\w./]+)`/g)].map(
    ([, path]) => path!
  )
  const missing = named.filter(path => !existsSync(path) && !existsSync(`src/${path}`))
  expect(named.length).toBeGreaterThan(20)
  expect(missing).toEqual([])
})
