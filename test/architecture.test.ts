import { describe, expect, it } from "@effect/vitest"
import { globSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"

const adapterRooms = ["discord", "mochi", "postgres", "telemetry", "process"].map(room => `adapters/${room}`)

/**
 * What each room may import besides itself. What everybody reads stands left of what reads it:
 * domain <- words <- views <- features <- edge <- service.ts, and domain <- ports <- services <- features.
 */
const mayImport: Readonly<Record<string, ReadonlyArray<string>>> = {
  domain: [],
  words: ["domain"],
  views: ["domain", "words"],
  ports: ["domain"],
  context: ["domain"],
  telemetry: ["domain"],
  config: [],
  services: ["domain", "ports", "context", "telemetry"],
  "programs/features": ["domain", "words", "views", "ports", "services", "config", "context", "telemetry"],
  "programs/discord": [
    ...["domain", "words", "ports", "services", "config", "context", "telemetry"],
    ...["programs/features", "programs/http"]
  ],
  "programs/webhooks": ["domain", "ports", "services", "telemetry", "programs/http"],
  "programs/jobs": ["domain", "ports", "services", "context", "telemetry"],
  "programs/upkeep": ["ports", "services", "context", "telemetry", "programs/http"],
  "programs/http": ["ports", "config", "process"],
  "programs/cli": ["domain", "ports", "services", "views", "config", "process", "programs/discord"],
  // The layers and the checks of the command line put together what the service puts together.
  "programs/cli/layers": ["services", ...adapterRooms, "programs/discord"],
  "programs/cli/doctor": ["config", ...adapterRooms, "programs/cli", "programs/discord"],
  "adapters/discord": [
    "domain",
    "words",
    "views",
    "ports",
    "context",
    "telemetry",
    "config",
    "adapters/http"
  ],
  "adapters/mochi": ["domain", "ports", "context", "telemetry", "config", "adapters/http"],
  "adapters/http": [],
  "adapters/postgres": ["domain", "ports", "context", "telemetry", "config", "adapters/process"],
  "adapters/memory": ["domain", "ports", "context", "telemetry", "config"],
  "adapters/telemetry": ["domain", "ports", "context", "telemetry", "config", "adapters/process"],
  "adapters/process": ["domain", "ports", "context", "telemetry"],
  process: ["adapters/process"],
  composition: [
    ...["config", "ports", "services", "process", ...adapterRooms],
    ...[
      "programs/cli",
      "programs/cli/layers",
      "programs/cli/doctor",
      "programs/discord",
      "programs/features"
    ],
    ...["programs/http", "programs/jobs", "programs/upkeep", "programs/webhooks"]
  ]
}

/** What the edge may know of features: what they share, and their list. No single feature. */
const sharedByFeatures = ["Conversation", "Feature", "InteractionEnd", "failures", "features"].map(
  name => `programs/features/${name}.ts`
)

/** A door decodes its own wire format: the pure codecs that stand beside the adapter of the same format. */
const codecs: Readonly<Record<string, ReadonlyArray<string>>> = {
  "programs/discord": [
    "adapters/discord/callbacks.ts",
    "adapters/discord/customId.ts",
    "adapters/discord/snowflake.ts"
  ],
  "programs/webhooks": ["adapters/mochi/webhookEvent.ts"]
}

const rooms = Object.keys(mayImport).sort((one, other) => other.length - one.length)

/** The files of `src` itself put everything together. */
const roomOf = (path: string): string => rooms.find(room => path.startsWith(`${room}/`)) ?? "composition"

const textOf = (file: string): string => readFileSync(file, "utf8")

/** Without the comments: what a comment names is not imported. */
const codeOf = (file: string): string =>
  textOf(file)
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/^\s*\/\/.*$/gm, "")

const importsOf = (file: string): ReadonlyArray<string> =>
  [...textOf(file).matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(([, path]) =>
    path!.startsWith(".") ? join(dirname(file), path!) : path!
  )

const sources = globSync("src/**/*.ts")
const inRoom = (...names: ReadonlyArray<string>) =>
  sources.filter(file => names.includes(roomOf(file.slice("src/".length))))

const arrows = sources.flatMap(file =>
  importsOf(file)
    .filter(path => path.startsWith("src/"))
    .map(path => ({ from: file.slice("src/".length), to: path.slice("src/".length) }))
)

describe("The rooms", () => {
  it("import in one direction only", () => {
    const forbidden = arrows.filter(({ from, to }) => {
      const [room, target] = [roomOf(from), roomOf(to)]
      return room !== target && !mayImport[room]!.includes(target) && codecs[room]?.includes(to) !== true
    })
    expect(forbidden).toEqual([])
  })

  it("name what they import in full: a path that is put together cannot be followed", () => {
    const unnamed = sources.filter(file => /\bimport\s*\(\s*[^"\s]/.test(codeOf(file)))
    // The package of PostgreSQL's binaries, which is named for the machine's platform.
    expect(unnamed).toEqual(["src/adapters/postgres/embedded/binaries.ts"])
  })

  it("hide each feature from the edge, which knows what features share and their list", () => {
    const known = arrows.filter(
      ({ from, to }) => from.startsWith("programs/discord/") && to.startsWith("programs/features/")
    )
    expect(known.length).toBeGreaterThan(10)
    expect(known.filter(({ to }) => !sharedByFeatures.includes(to))).toEqual([])
  })

  it("are read at all, each of them", () => {
    expect(arrows.length).toBeGreaterThan(500)
    expect(new Set(arrows.flatMap(({ from, to }) => [roomOf(from), roomOf(to)]))).toEqual(new Set(rooms))
  })

  it("leave the domain without a clock, randomness or an outside world", () => {
    const impure = /\bDate\.now\(|new Date\(\)|Math\.random\(|process\.|\bfetch\(|from "node:/
    expect(inRoom("domain", "words", "views").filter(file => impure.test(codeOf(file)))).toEqual([])
  })

  it("hold interfaces only, where they are ports: tags, schemas and errors, and nothing that does anything", () => {
    const exported = inRoom("ports").flatMap(file =>
      [...codeOf(file).matchAll(/^export (?:const|function|class) .*(?:\n.*)?/gm)].map(([text]) => text)
    )
    const allowed =
      /^export class \w+ extends (?:Context\.Tag|Schema\.TaggedError)|^export const \w+ = Schema\.(?:UUID|Struct|Literal)\b/
    expect(exported.length).toBeGreaterThan(30)
    expect(exported.filter(text => !allowed.test(text))).toEqual([])
  })
})

describe("One owner", () => {
  it("writes which message shows a request: the cards", () => {
    const writing = sources.filter(file => {
      const code = codeOf(file)
      const names = [...code.matchAll(/(\w+|\{[^}]*\}) = yield\* TransferRequests\b/g)].map(
        ([, name]) => name!
      )
      // The stores in memory are put together from each other.
      if (file.startsWith("src/adapters/memory/")) return false
      return names.some(name =>
        name.startsWith("{")
          ? /\b(?:shown|show|begin|addAnswer)\b/.test(name)
          : new RegExp(`\\b${name}\\.(?:shown|show|begin|addAnswer)\\b`).test(code)
      )
    })
    expect(writing).toEqual(["src/services/Cards.ts"])
  })
})

describe("The platform", () => {
  it("is unknown to features, views and words: they name nothing of dfx or Discord", () => {
    const found = inRoom("programs/features", "views").filter(file =>
      /dfx|discord/i.test(textOf(file).replaceAll("discord_user_id", ""))
    )
    expect(found).toEqual([])
    const words = inRoom("words").filter(file => importsOf(file).some(path => /dfx|discord/.test(path)))
    expect(words).toEqual([])
  })

  it("is met by its own packages in its own rooms only", () => {
    const found = sources.filter(
      file =>
        importsOf(file).some(path => /^(dfx|discord-api-types|@discordjs)/.test(path)) &&
        !/^src\/(adapters\/discord|programs\/discord|programs\/cli)\//.test(file)
    )
    expect(found).toEqual([])
  })

  it("is answered by the messenger alone", () => {
    const answers =
      /createInteractionResponse|updateOriginalWebhookMessage|executeWebhook|createMessage\b|createDm\b/
    const found = sources.filter(file => answers.test(codeOf(file)))
    expect(found.filter(file => !file.startsWith("src/adapters/discord/"))).toEqual([])
    expect(found.length).toBeGreaterThan(0)
  })
})

describe("The product", () => {
  it("is src alone: it imports nothing beside it", () => {
    const outside = sources.flatMap(file =>
      importsOf(file).filter(path => /^(sandbox|test|bench)\//.test(path) || path.startsWith("../"))
    )
    expect(outside).toEqual([])
  })

  it("is taken by the sandbox as a whole, or by its domain and its tools", () => {
    const allowed = /^src\/(domain|ports|config|process|adapters|context|service\.ts|main\.ts)/
    const found = globSync("sandbox/**/*.ts").flatMap(file =>
      importsOf(file)
        .filter(path => path.startsWith("src/") && !allowed.test(path))
        .map(path => `${file} ${path}`)
    )
    expect(found).toEqual([])
  })
})
