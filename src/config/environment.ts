import { Cause, ConfigError, Effect } from "effect"
import { readFileSync, statSync } from "node:fs"
import { parseEnv } from "node:util"
import type { Environment } from "./Settings.ts"

const file = ".env"

/** Bytes. A larger file holds something else than variables. */
const largest = 1024 * 1024

/**
 * The process's own variables, and those of the file `.env` in its working folder that it does not have. The latter become
 * the process's own, since libraries read some of them there.
 */
export const processEnvironment: Effect.Effect<Environment, ConfigError.ConfigError> = Effect.try({
  try: () => {
    for (const [name, value] of Object.entries(parseEnv(contents()))) process.env[name] ??= value
    return process.env
  },
  catch: cause => ConfigError.SourceUnavailable([file], reasonOf(cause), Cause.die(cause))
})

/** Empty if there is no such file. */
const contents = (): string => {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found === undefined) return ""
  if (found.isDirectory()) throw new Unreadable("it is a folder, and a file is expected")
  if (found.size > largest) throw new Unreadable(`it is larger than ${largest} bytes`)
  return textOf(readFileSync(file))
}

/** Without the byte order mark that some editors write first. */
const textOf = (bytes: Uint8Array): string => {
  const text = new TextDecoder().decode(bytes)
  if (text.includes("\0")) throw new Unreadable("it is not plain text; save it as such, in UTF-8")
  return text
}

class Unreadable extends Error {}

const reasonOf = (cause: unknown): string => {
  if (cause instanceof Unreadable) return cause.message
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown"
  return code === "EACCES" ? "this user may not read it (EACCES)" : `the system refuses (${code})`
}
