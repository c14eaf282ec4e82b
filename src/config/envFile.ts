/**
 * Imports nothing but Node's own: it is read before anything else is loaded, so that the folder of compiled code, which the
 * variables name, serves everything that comes after.
 */
import { readFileSync, statSync } from "node:fs"
import { parseEnv } from "node:util"

export const envFile = ".env"

/** Bytes. A larger file holds something else than variables. */
const largest = 1024 * 1024

/** Its message says what is wrong with the file. */
export class EnvFileUnreadable extends Error {}

/**
 * Gives the process the variables of the file `.env` in its working folder that it does not have. They become the process's
 * own, since libraries read some of them there. Throws `EnvFileUnreadable`.
 */
export const readEnvFile = (): NodeJS.ProcessEnv => {
  try {
    for (const [name, value] of Object.entries(parseEnv(contents()))) process.env[name] ??= value
    return process.env
  } catch (cause) {
    throw cause instanceof EnvFileUnreadable ? cause : new EnvFileUnreadable(reasonOf(cause), { cause })
  }
}

/** A folder, relative to the working folder. */
export const defaultDataDir = ".data"

/** `DATA_DIR` of a process whose settings nobody has checked yet. */
export const uncheckedDataDir = (): string => {
  try {
    return readEnvFile()["DATA_DIR"]?.trim() || defaultDataDir
  } catch {
    return process.env["DATA_DIR"]?.trim() || defaultDataDir
  }
}

/** Empty if there is no such file. */
const contents = (): string => {
  const found = statSync(envFile, { throwIfNoEntry: false })
  if (found === undefined) return ""
  if (found.isDirectory()) throw new EnvFileUnreadable("it is a folder, and a file is expected")
  if (found.size > largest) throw new EnvFileUnreadable(`it is larger than ${largest} bytes`)
  return textOf(readFileSync(envFile))
}

/** Without the byte order mark that some editors write first. */
const textOf = (bytes: Uint8Array): string => {
  const text = new TextDecoder().decode(bytes)
  if (text.includes("\0")) throw new EnvFileUnreadable("it is not plain text; save it as such, in UTF-8")
  return text
}

const reasonOf = (cause: unknown): string => {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown"
  return code === "EACCES" ? "this user may not read it (EACCES)" : `the system refuses (${code})`
}
