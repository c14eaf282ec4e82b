/** Looks for secrets in everything that left a process: logs, exported bytes, answers, database rows. */

export interface Haystack {
  /** Where the text comes from; a finding names it. */
  readonly name: string
  readonly text: string
}

export interface Finding {
  readonly secret: string
  readonly where: string
  readonly spelled: string
  /** The text before the secret. */
  readonly after: string
}

/** Finds every secret, by its name, in each form in which it could leak: as it is, escaped, hex, base64. */
export const findSecrets = (
  secrets: Readonly<Record<string, string>>,
  haystacks: ReadonlyArray<Haystack>
): ReadonlyArray<Finding> =>
  Object.entries(secrets).flatMap(([secret, value]) => {
    if (value.length < 8) throw new Error(`${secret} is too short to be searched for`)
    return Object.entries(spellings(value)).flatMap(([spelled, needle]) =>
      haystacks.flatMap(({ name, text }) => {
        const at = text.toLowerCase().indexOf(needle.toLowerCase())
        return at < 0 ? [] : [{ secret, where: name, spelled, after: text.slice(Math.max(0, at - 60), at) }]
      })
    )
  })

const spellings = (value: string): Readonly<Record<string, string>> => {
  const bytes = Buffer.from(value)
  // In base64 the first and the last character also contain bits of the neighbours.
  const shifted = (by: number) =>
    Buffer.concat([Buffer.alloc(by), bytes])
      .toString("base64")
      .replace(/=+$/, "")
      .slice(by === 0 ? 0 : by + 1, -1)
  return {
    plain: value,
    "URL encoded": encodeURIComponent(value),
    hex: bytes.toString("hex"),
    base64: shifted(0),
    "base64, one byte in": shifted(1),
    "base64, two bytes in": shifted(2)
  }
}
