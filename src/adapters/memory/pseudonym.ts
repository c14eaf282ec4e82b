import { createHash } from "node:crypto"

/** Stands for a person whose id may not stay. It needs no key: what is in memory ends with the process. */
export const pseudonymOf = (id: string): string =>
  createHash("sha256").update(id).digest().subarray(0, 16).toString("base64url")

/** Replaces the id of a person who was erased. */
export const erasedId = (id: string): string => `erased:${pseudonymOf(id)}`
