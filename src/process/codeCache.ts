import { lstatSync, realpathSync } from "node:fs"
import { enableCompileCache } from "node:module"
import { dirname, join } from "node:path"
import { makeFolder } from "../adapters/process/folders.ts"

/**
 * Keeps compiled code for the next start, which loads in half the time for it. Node runs any code that it finds there: so no
 * other user may be able to write into the folder, or to put another in its place. Without such a folder it keeps nothing.
 */
export const keepCompiledCode = (dataDir: string): void => {
  const folder = privateFolder(dataDir)
  if (folder !== undefined) enableCompileCache(folder)
}

/** The folder `code` under `dataDir`, which this makes if it is missing; none if others could reach it. */
const privateFolder = (dataDir: string): string | undefined => {
  try {
    makeFolder(dataDir)
    const parent = realpathSync(dataDir)
    if (!lineage(parent).every(isOutOfReach)) return undefined
    const folder = join(parent, "code")
    makeFolder(folder)
    return isPrivate(folder) ? folder : undefined
  } catch {
    return undefined
  }
}

const user = process.getuid?.()

/** A folder of ours, open to nobody else, and not a link. */
const isPrivate = (path: string): boolean => {
  const found = lstatSync(path)
  return found.isDirectory() && found.uid === user && (found.mode & 0o077) === 0
}

/** Nobody but us and root can rename what is in it. In a folder with the sticky bit only the owner of an entry can. */
const isOutOfReach = (path: string): boolean => {
  const { mode, uid } = lstatSync(path)
  return (uid === user || uid === 0) && ((mode & 0o022) === 0 || (mode & 0o1000) !== 0)
}

const lineage = (path: string): ReadonlyArray<string> =>
  path === dirname(path) ? [path] : [path, ...lineage(dirname(path))]
