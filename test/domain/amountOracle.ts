/**
 * The amount rules of the `/kudos` option once more, character by character over fractions of bigints: it shares neither
 * code nor library with the product, so that both would have to be wrong in the same way.
 */
export const meaning = (
  typed: string,
  held: { readonly baseUnits: bigint; readonly decimals: number },
  price: readonly [value: bigint, scale: number] | undefined
): bigint | string => {
  const capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
  const small = Array.from(typed.trim(), letter =>
    capitals.includes(letter) ? String.fromCharCode(letter.charCodeAt(0) + 32) : letter
  )
  let text = small.join("")
  if (text === "all") text = "100%"
  if (text === "half") text = "50%"
  const one = 10n ** BigInt(held.decimals)
  if (text[text.length - 1] === "%") {
    const percent = fraction(text.slice(0, -1))
    if (percent === undefined || percent.over === 0n) return "Malformed"
    if (held.baseUnits === 0n || percent.over > 100n * percent.under) return "OverBalance"
    const units = (held.baseUnits * percent.over) / (100n * percent.under)
    return units > held.baseUnits ? "OverBalance" : units === 0n ? "NotPositive" : units
  }
  const isUsd = text[0] === "$"
  if (isUsd) text = text.slice(1)
  let factor = 1n
  if (text[text.length - 1] === "k") factor = 1000n
  if (text[text.length - 1] === "m") factor = 1_000_000n
  const number = fraction(factor === 1n ? text : text.slice(0, -1))
  if (number === undefined || number.over === 0n) return "Malformed"
  let over = number.over * factor * one
  let under = number.under
  if (isUsd) {
    if (price === undefined || price[0] === 0n) return "NoPrice"
    over *= 10n ** BigInt(price[1])
    under *= price[0]
  } else if (over % under !== 0n) {
    return "TooManyDecimals"
  }
  const units = over / under
  if (units > held.baseUnits) return "OverBalance"
  return units === 0n ? "NotPositive" : units
}

/** Digits with a point, no trailing zeros. */
export const plain = (baseUnits: bigint, decimals: number): string => {
  const one = 10n ** BigInt(decimals)
  let rest = baseUnits % one
  let text = `${baseUnits / one}`
  if (rest > 0n) text += "."
  while (rest > 0n) {
    rest *= 10n
    text += `${rest / one}`
    rest %= one
  }
  return text
}

/** `value` of 10^-scale dollars, to cents, half up. */
export const usd = (value: bigint, scale: number): string => {
  const one = 10n ** BigInt(scale)
  const cents = (2n * 100n * value + one) / (2n * one)
  return `${cents / 100n}.${cents % 100n < 10n ? "0" : ""}${cents % 100n}`
}

interface Fraction {
  readonly over: bigint
  readonly under: bigint
}

/** undefined for what is no plain number */
const fraction = (text: string): Fraction | undefined => {
  let over = 0n
  let under = 1n
  let seenPoint = false
  let seenComma = false
  let run = 0
  let seenDigit = false
  let wholeDigits = false
  for (const character of text) {
    const digit = "0123456789".indexOf(character)
    if (digit >= 0) {
      over = over * 10n + BigInt(digit)
      if (seenPoint) under *= 10n
      else wholeDigits = true
      run++
      seenDigit = true
    } else if (character === "," && !seenPoint) {
      if (seenComma ? run !== 3 : run < 1 || run > 3) return undefined
      // a zero before the first comma: somebody's decimal comma
      if (!seenComma && text[0] === "0") return undefined
      seenComma = true
      run = 0
    } else if (character === "." && !seenPoint) {
      if (seenComma && run !== 3) return undefined
      if (!wholeDigits && seenComma) return undefined
      seenPoint = true
      run = 0
    } else {
      return undefined
    }
  }
  if (!seenDigit || run === 0) return undefined
  if (seenComma && !seenPoint && run !== 3) return undefined
  return { over, under }
}
