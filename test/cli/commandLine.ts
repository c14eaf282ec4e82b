import { Effect } from "effect"
import { spawn } from "node:child_process"
import { nodeNeeds } from "../support/nodeNeeds.ts"

export interface Ran {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command line in a process of its own, with these variables and no others. */
export const runCli = (
  environment: Readonly<Record<string, string>>,
  ...args: ReadonlyArray<string>
): Effect.Effect<Ran> =>
  Effect.async(resume => {
    const child = spawn(process.execPath, ["src/cli.ts", ...args], {
      env: { ...nodeNeeds, ...environment },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let [stdout, stderr] = ["", ""]
    child.stdout.on("data", part => {
      stdout += part
    })
    child.stderr.on("data", part => {
      stderr += part
    })
    child.once("close", exitCode => resume(Effect.succeed({ exitCode, stdout, stderr })))
    return Effect.sync(() => child.kill("SIGKILL"))
  })
