import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs"

/** The processes of PostgreSQL, `initdb` included, that work in `folder` or have it in their command line. */
export const postgresProcessesIn = (folder: string): ReadonlyArray<string> => {
  const real = existsSync(folder) ? realpathSync(folder) : folder
  return readdirSync("/proc").flatMap(pid => {
    if (!/^\d+$/.test(pid)) return []
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")
      const where = readlinkSync(`/proc/${pid}/cwd`)
      return /postgres|initdb/.test(command) && where.startsWith(real) ? [`${pid} ${command}`] : []
    } catch {
      return []
    }
  })
}
