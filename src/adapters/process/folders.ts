import { mkdirSync, statSync } from "node:fs"
import { dirname } from "node:path"

/**
 * Makes `path`, and the folders that are missing above it, for this user alone. Node's own `recursive` never returns if a
 * folder takes no others, as `/proc` does.
 */
export const makeFolder = (path: string): void => {
  if (isFolder(path)) return
  if (path !== dirname(path)) makeFolder(dirname(path))
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!isFolder(path)) throw error
  }
}

export const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
