import { Effect } from "effect"
import { existsSync } from "node:fs"
import { chmod, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { TestProject } from "vitest/node"
import * as EmbeddedPostgres from "../../src/adapters/postgres/embedded/EmbeddedPostgres.ts"

/** Gives the run a folder for its server, which starts only if a test needs it, and stops the server at the end. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  const parent = await mkdtemp(join(tmpdir(), "mochi-test-"))
  await chmod(parent, 0o711)
  const folder = join(parent, "postgres")
  project.provide("postgresFolder", folder)
  return async () => {
    if (existsSync(folder)) await Effect.runPromise(EmbeddedPostgres.stop(folder))
    await rm(parent, { recursive: true, force: true })
  }
}
