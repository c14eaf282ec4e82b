import { expect, it, vi } from "@effect/vitest"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { sandboxFoldersIn, startSandbox, withFolder } from "./sandboxCommand.ts"

// A sandbox is a database, two servers and a service to start: machines that stall take their time.
vi.setConfig({ testTimeout: 180_000 })

it.each(["--tuor", "tour", "-x"])("%s is refused in one line and starts nothing (N8)", argument =>
  withFolder(async folder => {
    const sandbox = startSandbox({ folder, args: [argument] })
    expect(await sandbox.ended).toBe(1)
    expect(`${sandbox.printed()}${sandbox.errors()}`).toMatch(/^[^\n]+\n$/)
    expect(sandbox.errors()).toContain(argument)
  })
)

it("--help prints help and starts nothing (N8)", () =>
  withFolder(async folder => {
    const sandbox = startSandbox({ folder, args: ["--help"] })
    expect(await sandbox.ended).toBe(0)
    expect(sandbox.printed()).toContain("--tour")
    expect(sandbox.printed()).toContain("SANDBOX_PORT")
    expect(await sandboxFoldersIn(folder)).toEqual([])
  }))

it("SANDBOX_PORT in .env is read, and nothing there reaches the service of the sandbox (N8)", () =>
  withFolder(async folder => {
    const port = 20_000 + Math.floor(Math.random() * 10_000)
    await writeFile(
      join(folder, ".env"),
      [
        `SANDBOX_PORT=${port}`,
        "DATABASE_URL=postgresql://somebody:secret@127.0.0.1:1/production",
        "DISCORD_INTERACTIONS=http",
        "USER_RATE_LIMIT=never"
      ].join("\n")
    )
    const sandbox = startSandbox({ folder })
    expect(await sandbox.prints(/sandbox is at .*\n/)).toContain(`http://127.0.0.1:${port} `)
    const live = await fetch(`http://127.0.0.1:${port}/live?person=ada`)
    const reader = live.body!.getReader()
    let text = ""
    while (!/"phase":"(ready|stopped)"/.test(text))
      text += new TextDecoder().decode((await reader.read()).value)
    await reader.cancel()
    expect(text).toMatch(/"phase":"ready"/)
    sandbox.signal("SIGINT")
    expect(await sandbox.ended).toBe(0)
  }))

it("a malformed SANDBOX_PORT is named in one line (N8)", () =>
  withFolder(async folder => {
    await writeFile(join(folder, ".env"), "SANDBOX_PORT=many\n")
    const sandbox = startSandbox({ folder })
    expect(await sandbox.ended).toBe(1)
    expect(sandbox.errors()).toMatch(/^SANDBOX_PORT is malformed[^\n]*\n$/)
  }))
