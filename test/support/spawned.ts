import { Effect } from "effect"
import type { Scope } from "effect"
import { spawn } from "node:child_process"
import type { SpawnOptions } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { nodeNeeds } from "./nodeNeeds.ts"

export const fileOf = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

export interface Spawned {
  readonly pid: number
  readonly ended: Effect.Effect<Ended>
  /** The output on both streams so far. */
  readonly said: () => string
}

/** Starts it in a process group of its own, so that a test can signal all of it; it ends with the scope at the latest. */
export const start = (
  command: string,
  args: ReadonlyArray<string>,
  options: SpawnOptions = {}
): Effect.Effect<Spawned, never, Scope.Scope> =>
  Effect.gen(function* () {
    const child = spawn(command, args, { ...options, detached: true, stdio: ["ignore", "pipe", "pipe"] })
    let [stdout, stderr] = ["", ""]
    child.stdout?.on("data", part => {
      stdout += part
    })
    child.stderr?.on("data", part => {
      stderr += part
    })
    const closed = once(child, "close")
    const pid = child.pid!
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        try {
          process.kill(-pid, "SIGKILL")
        } catch {
          // The group is gone already.
        }
      })
    )
    return {
      pid,
      said: () => stdout + stderr,
      ended: Effect.promise(async () => {
        await closed
        return { code: child.exitCode, signal: child.signalCode, stdout, stderr }
      })
    }
  })

export const run = (
  command: string,
  args: ReadonlyArray<string>,
  options: SpawnOptions = {}
): Effect.Effect<Ended> => Effect.scoped(Effect.flatMap(start(command, args, options), ({ ended }) => ended))

/** Well-formed settings that point to nothing that answers. */
export const aloneInTheWorld: Readonly<Record<string, string>> = {
  ...nodeNeeds,
  DISCORD_BOT_TOKEN: "a.b.c",
  DISCORD_API_BASE_URL: "http://127.0.0.1:1/api/v10",
  MOCHI_APP_PRIVATE_KEY: "ab".repeat(32),
  MOCHI_PAY_API_BASE_URL: "http://127.0.0.1:1",
  MOCHI_BOT_SECRET: "secret",
  MOCHI_WEBHOOK_SECRETS: `whsec_${Buffer.from("webhook-secret").toString("base64")}`,
  HOST: "127.0.0.1",
  PORT: "0"
}
