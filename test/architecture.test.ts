import { expect, it } from "@effect/vitest"
import { globSync, readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"

/** What each ring may import besides itself: data flows in at a program and out through a port, never back up. */
const mayImport: Readonly<Record<string, ReadonlyArray<string>>> = {
  domain: [],
  context: ["domain"],
  telemetry: ["domain"],
  config: [],
  views: ["domain"],
  ports: ["domain"],
  services: ["domain", "ports", "context", "telemetry"],
  adapters: ["domain", "ports", "views", "config", "context", "telemetry"],
  programs: ["domain", "ports", "services", "views", "config", "context", "telemetry", "process", "adapters"],
  process: ["adapters"],
  composition: [
    "domain",
    "ports",
    "services",
    "views",
    "adapters",
    "programs",
    "config",
    "context",
    "process"
  ]
}

/** The files of `src` itself put everything together. */
const ringOf = (path: string): string => {
  const [folder = ""] = path.split("/")
  return folder in mayImport ? folder : "composition"
}

const files = globSync("src/**/*.ts").map(path => relative("src", path))

const importsOf = (file: string): ReadonlyArray<string> =>
  [...readFileSync(join("src", file), "utf8").matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(
    ([, path]) => join(dirname(file), path!)
  )

const arrows = files.flatMap(from =>
  importsOf(from)
    .filter(to => !to.startsWith(".."))
    .map(to => ({ from, to }))
)

it("imports point inwards only", () => {
  const forbidden = arrows.filter(({ from, to }) => {
    const [ring, target] = [ringOf(from), ringOf(to)]
    return ring !== target && !mayImport[ring]!.includes(target)
  })
  expect(forbidden).toEqual([])
})

it("reads imports at all, and from every ring", () => {
  expect(arrows.length).toBeGreaterThan(100)
  expect(new Set(arrows.map(({ from }) => ringOf(from)))).toEqual(new Set(Object.keys(mayImport)))
})

it("the domain reads no clock, no randomness and no outside world", () => {
  const impure = /\bDate\.now\(|new Date\(\)|Math\.random\(|process\.|\bfetch\(|from "node:/
  const found = files.filter(
    file => ringOf(file) === "domain" && impure.test(readFileSync(join("src", file), "utf8"))
  )
  expect(found).toEqual([])
})
