/** `$10.50` for an amount in base units at a price such as `2512.34`; exact, rounded half up. */
export const usd = (amount: bigint, decimals: number, price: string): string => {
  const [whole = "0", fraction = ""] = price.split(".")
  const scale = 10n ** BigInt(decimals + fraction.length)
  const cents = (amount * BigInt(whole + fraction) * 200n + scale) / (scale * 2n)
  return `$${cents / 100n}.${String(cents % 100n).padStart(2, "0")}`
}
