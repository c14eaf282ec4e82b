import { spawn } from "node:child_process"
import { once } from "node:events"
import { chmod, mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach } from "vitest"
import { nodeNeeds } from "../support/nodeNeeds.ts"

const main = fileURLToPath(new URL("../../sandbox/main.ts", import.meta.url))

/** A test that fails must not leave a sandbox behind. */
const running = new Set<number>()
afterEach(() => {
  for (const pid of running) process.kill(-pid, "SIGTERM")
})

export interface SandboxCommand {
  readonly printed: () => string
  readonly errors: () => string
  /** Resolves with what is printed once it holds; rejects when it ends before. */
  readonly prints: (wanted: RegExp) => Promise<string>
  readonly ended: Promise<number | null>
  /** To its whole group, as a terminal does. */
  readonly signal: (name: NodeJS.Signals) => void
}

/** `npm run sandbox` without npm, as the leader of a group of its own. */
export const startSandbox = (options: {
  readonly args?: ReadonlyArray<string>
  readonly folder: string
  readonly environment?: Readonly<Record<string, string>>
}): SandboxCommand => {
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", main, ...(options.args ?? [])],
    {
      cwd: options.folder,
      env: {
        ...nodeNeeds,
        TMPDIR: options.folder,
        ...options.environment
      },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"]
    }
  )
  let printed = ""
  let errors = ""
  child.stdout.on("data", chunk => {
    printed += chunk
  })
  child.stderr.on("data", chunk => {
    errors += chunk
  })
  const pid = child.pid ?? 0
  running.add(pid)
  const ended = once(child, "close").then(() => {
    running.delete(pid)
    return child.exitCode
  })
  return {
    printed: () => printed,
    errors: () => errors,
    ended,
    prints: wanted =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (wanted.test(printed)) resolve(printed)
        }
        look()
        child.stdout.on("data", look)
        void ended.then(code => reject(new Error(`it ended with ${code}: ${printed}${errors}`)))
      }),
    signal: name => process.kill(-pid, name)
  }
}

/** A folder for everything that the sandbox makes, where PostgreSQL's user may pass. */
export const withFolder = async <A>(use: (folder: string) => Promise<A>): Promise<A> => {
  const folder = await mkdtemp(join(tmpdir(), "mochi-sandbox-test-"))
  await chmod(folder, 0o711)
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}

export const sandboxFoldersIn = async (folder: string) =>
  (await readdir(folder)).filter(name => name.startsWith("mochi-sandbox-"))
