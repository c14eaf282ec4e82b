import { expect, it } from "@effect/vitest"
import { setTimeout as sleep } from "node:timers/promises"
import { processesIn, sandboxFoldersIn, startSandbox, withFolder } from "./sandboxCommand.ts"
import type { SandboxCommand } from "./sandboxCommand.ts"

const nothingIsLeft = async (folder: string) => {
  expect(await sandboxFoldersIn(folder)).toEqual([])
  expect(await processesIn(folder)).toEqual([])
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
