import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs"

/** The processes with a working directory in `folder`, each as its id and its command line. */
export const processesIn = (folder: string): ReadonlyArray<string> => {
  const real = existsSync(folder) ? realpathSync(folder) : folder
  return readdirSync("/proc").flatMap(pid => {
    if (!/^\d+$/.test(pid)) return []
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")
      return readlinkSync(`/proc/${pid}/cwd`).startsWith(real) ? [`${pid} ${command}`] : []
    } catch {
      // The process has just ended, or is the kernel's.
      return []
    }
  })
}

/** Those processes that are PostgreSQL's, `initdb` included. */
export const postgresProcessesIn = (folder: string): ReadonlyArray<string> =>
  processesIn(folder).filter(process => /postgres|initdb/.test(process))
