/** Discord's epoch, the first second of 2015, in Unix milliseconds. */
const epoch = 1420070400000n

/** Ids that grow, are unique in one fake, and contain their time like Discord's. */
export const makeSnowflakes = (now: () => number): (() => string) => {
  let last = 0n
  return () => {
    const fresh = (BigInt(now()) - epoch) << 22n
    last = fresh > last ? fresh : last + 1n
    return last.toString()
  }
}

export const snowflakeTime = (id: string): number => Number((BigInt(id) >> 22n) + epoch)

export const isSnowflake = (text: string): boolean => /^\d{1,20}$/.test(text)
