import { dirname, join } from "node:path"
import { inject } from "vitest"

/**
 * What a process that a test starts has of this one's environment, and a folder of the run for compiled code: otherwise
 * hundreds of starts of the same program would each compile it.
 */
export const nodeNeeds: Readonly<Record<string, string>> = {
  PATH: process.env["PATH"] ?? "",
  HOME: process.env["HOME"] ?? "",
  NODE_COMPILE_CACHE: join(dirname(inject("postgresFolder")), "code")
}
