import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { createServer } from "node:net"
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe } from "vitest"
import { postgresProcessesIn } from "./support/processes.ts"
import { aloneInTheWorld, fileOf, run, start } from "./support/spawned.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "mochi-start-"))),
  path => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const taken = Effect.acquireRelease(
  Effect.async<{ readonly port: number; readonly close: () => void }>(resume => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      resume(Effect.succeed({ port, close: () => server.close() }))
    })
  }),
  ({ close }) => Effect.sync(close)
)

const startIn = (cwd: string, environment: Readonly<Record<string, string>>) =>
  run(process.execPath, [fileOf("src/main.ts")], {
    cwd,
    env: { ...aloneInTheWorld, LOG_LEVEL: "error", ...environment }
  })

describe("An address that cannot be had", () => {
  it.scopedLive("is named with the reason, in one line (C12, N2)", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      const { port } = yield* taken
      const refused: ReadonlyArray<readonly [host: string, port: number, words: RegExp]> = [
        ["127.0.0.1", port, /cannot listen on 127\.0\.0\.1:\d+: another process has the port \(EADDRINUSE\)/],
        ["203.0.113.7", 0, /cannot listen on 203\.0\.113\.7:0: this machine does not have the address/],
        ["nowhere.invalid", 0, /cannot listen on nowhere\.invalid:0: the name/]
      ]
      for (const [HOST, PORT, words] of refused) {
        const dataDir = join(cwd, "data")
        const ended = yield* startIn(cwd, { HOST, PORT: String(PORT), DATA_DIR: dataDir })
        expect(ended.code).toBe(1)
        expect(ended.stderr).toMatch(words)
        expect(ended.stderr.trimEnd().split("\n")).toHaveLength(1)
        expect(postgresProcessesIn(dataDir)).toEqual([])
      }
    })
  )
})

describe("A data folder that cannot be", () => {
  it.scopedLive("is refused at once, in one line that names it (N9)", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      writeFileSync(join(cwd, "file"), "")
      symlinkSync(join(cwd, "nowhere"), join(cwd, "link"))
      for (const dataDir of [
        "/proc/nope",
        "/proc/nope/deeper/still",
        join(cwd, "file"),
        join(cwd, "file", "in"),
        join(cwd, "link")
      ]) {
        const ended = yield* startIn(cwd, { DATA_DIR: dataDir })
        expect(ended.code, dataDir).toBe(1)
        expect(ended.stderr).toContain(`nothing can be made in ${dataDir} (`)
        expect(ended.stderr.trimEnd().split("\n")).toHaveLength(1)
      }
    })
  )
})

describe("The file .env", () => {
  const variables = Object.entries(aloneInTheWorld)
    .filter(([name]) => /^(DISCORD|MOCHI)/.test(name))
    .map(([name, value]) => `${name}=${value}`)
    .join("\n")
  /** Whatever is read right, this is still wrong with it. */
  const wrong = { PORT: "wrong" }

  const startWith = (cwd: string) =>
    run(process.execPath, [fileOf("src/main.ts")], {
      cwd,
      env: { PATH: process.env["PATH"] ?? "", ...wrong }
    })

  it.scopedLive("is read with a byte order mark before it (C20)", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      writeFileSync(join(cwd, ".env"), `\ufeff${variables}\n`)
      const ended = yield* startWith(cwd)
      expect(ended.stderr).toBe(
        "The configuration is not complete:\n  PORT is malformed: expected a port, 0 to 65535\n"
      )
    })
  )

  it.scopedLive.each([
    { what: "a folder", make: (path: string) => mkdirSync(path), words: /it is a folder/ },
    {
      what: "not plain text",
      make: (path: string) => writeFileSync(path, Buffer.from(`\ufeff${variables}`, "utf16le")),
      words: /it is not plain text/
    },
    {
      what: "text with a NUL in it",
      make: (path: string) => writeFileSync(path, `${variables}\nHOST=a\0b`),
      words: /it is not plain text/
    },
    {
      what: "a link to itself",
      make: (path: string) => symlinkSync(path, path),
      words: /the system refuses \(ELOOP\)/
    },
    {
      what: "a heap of data",
      make: (path: string) => writeFileSync(path, "#".repeat(2 * 1024 * 1024)),
      words: /larger than/
    }
  ])("is named in one clear line when it is $what (C20)", ({ make, words }) =>
    Effect.gen(function* () {
      const cwd = yield* folder
      make(join(cwd, ".env"))
      for (const args of [["src/main.ts"], ["src/cli.ts", "usage"]]) {
        const [file = "", ...rest] = args
        const ended = yield* run(process.execPath, [fileOf(file), ...rest], {
          cwd,
          env: { PATH: process.env["PATH"] ?? "" }
        })
        expect(ended.code).toBe(1)
        expect(ended.stderr).toMatch(
          new RegExp(`^The configuration is not complete:\\n  \\.env cannot be read: .*${words.source}.*\\n$`)
        )
      }
    })
  )
})

describe("Compiled code", () => {
  it.scopedLive("is neither read from nor written to where others can write (A9)", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      const shared = join(cwd, "tmp")
      mkdirSync(shared)
      chmodSync(shared, 0o1777)
      const data = join(cwd, "data")
      const end = {
        HOST: "203.0.113.7",
        DATABASE_URL: "postgresql://a:b@127.0.0.1:1/x",
        TMPDIR: shared,
        // The service's own folder, and not the one that the tests share.
        NODE_COMPILE_CACHE: ""
      }
      yield* startIn(cwd, { ...end, DATA_DIR: data })
      expect(readdirSync(shared)).toEqual([])
      expect(readdirSync(join(data, "code"))).not.toEqual([])
      // A folder that others may write to is left alone.
      const open = join(cwd, "open")
      mkdirSync(open)
      chmodSync(open, 0o777)
      yield* startIn(cwd, { ...end, DATA_DIR: open })
      expect(readdirSync(open)).toEqual([])
      yield* run(process.execPath, [fileOf("src/cli.ts"), "usage"], {
        cwd,
        env: { ...aloneInTheWorld, ...end, DATA_DIR: open }
      })
      expect([...readdirSync(shared), ...readdirSync(open)]).toEqual([])
    })
  )
})

describe("A copy of the data folder", () => {
  it.scopedLive("starts, also where root made it with cp -r (N4)", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      const [original, copy] = [join(cwd, "original"), join(cwd, "copy")]
      const service = yield* start(process.execPath, [fileOf("src/main.ts")], {
        cwd,
        env: { ...aloneInTheWorld, DATA_DIR: original, LOG_LEVEL: "info" }
      })
      yield* Effect.repeat(Effect.sleep(50), { until: () => service.said().includes("role_taken") })
      process.kill(service.pid, "SIGTERM")
      yield* service.ended
      // As `cp -r` does: what is copied belongs to who copies it.
      cpSync(original, copy, { recursive: true })
      chmodSync(join(copy, "postgres/data"), 0o755)
      const ended = yield* run("timeout", ["60", process.execPath, fileOf("src/cli.ts"), "usage"], {
        cwd,
        env: { ...aloneInTheWorld, DATA_DIR: copy }
      })
      expect(ended).toMatchObject({ stderr: "", code: 0 })
      expect(ended.stdout).toContain("active users")
    })
  )
})
