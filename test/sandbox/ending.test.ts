import { expect, it, vi } from "@effect/vitest"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readdir } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { processesIn } from "../support/processes.ts"
import { sandboxFoldersIn, startSandbox, withFolder } from "./sandboxCommand.ts"
import type { SandboxCommand } from "./sandboxCommand.ts"

// A sandbox is a database, two servers and a service to start: machines that stall take their time.
vi.setConfig({ testTimeout: 180_000 })

const nothingIsLeft = async (folder: string) => {
  expect(await sandboxFoldersIn(folder)).toEqual([])
  expect(processesIn(folder)).toEqual([])
}

/** As often as an impatient person, and npm on top of it. */
const many = async (sandbox: SandboxCommand, signal: NodeJS.Signals) => {
  for (let time = 0; time < 4; time++) {
    try {
      sandbox.signal(signal)
    } catch {
      // It was gone before the last one.
    }
    await sleep(40)
  }
}

it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "%s to the whole group, again and again, leaves no folder and no process (N3)",
  signal =>
    withFolder(async folder => {
      const sandbox = startSandbox({ folder, environment: { SANDBOX_PORT: "0" } })
      await sandbox.prints(/sandbox is at/)
      expect(await sandboxFoldersIn(folder)).toHaveLength(1)
      await many(sandbox, signal)
      expect(await sandbox.ended).toBe(0)
      await nothingIsLeft(folder)
    })
)

it("a signal in the middle of its start leaves nothing either (N3)", () =>
  withFolder(async folder => {
    const sandbox = startSandbox({ folder, environment: { SANDBOX_PORT: "0" } })
    while ((await sandboxFoldersIn(folder)).length === 0) await sleep(10)
    await many(sandbox, "SIGINT")
    await sandbox.ended
    await nothingIsLeft(folder)
  }))

it("a tour that is interrupted leaves nothing (N3)", () =>
  withFolder(async folder => {
    const sandbox = startSandbox({ folder, args: ["--tour"] })
    await sandbox.prints(/Ada types/)
    await many(sandbox, "SIGINT")
    await sandbox.ended
    expect(sandbox.printed()).not.toContain("Everybody saw what they should have seen.")
    await nothingIsLeft(folder)
  }))

it("an exception that nobody catches ends everything in the same order, with exit code 1 (A25)", () =>
  withFolder(async folder => {
    const file = fileURLToPath(new URL("./throwing.ts", import.meta.url))
    const child = spawn(process.execPath, [file, join(folder, "made")], {
      stdio: ["ignore", "ignore", "pipe"]
    })
    let errors = ""
    child.stderr.on("data", chunk => {
      errors += chunk
    })
    await once(child, "close")
    expect(child.exitCode).toBe(1)
    expect(errors).toContain("nobody catches this")
    expect(await readdir(folder)).toEqual([])
  }))
