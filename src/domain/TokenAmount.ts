import { BigDecimal, Data, Either, Option } from "effect"

/** An amount of a token: whole base units, and how many of them make one token (10 to the power of `decimals`). */
export interface TokenAmount {
  readonly baseUnits: bigint
  readonly decimals: number
}

/** What a person typed, before the balance and the price are known. Always more than zero. */
export type AmountInput = Data.TaggedEnum<{
  Tokens: { readonly value: BigDecimal.BigDecimal }
  Usd: { readonly value: BigDecimal.BigDecimal }
  Percent: { readonly value: BigDecimal.BigDecimal }
}>
export const AmountInput = Data.taggedEnum<AmountInput>()

/** Discord's bound on an option. */
const longestTyped = 6000

/** Reads the `amount` option; none for a text in none of its forms, and for zero. */
export const parseAmountInput = (raw: string): Option.Option<AmountInput> =>
  raw.length > longestTyped
    ? Option.none()
    : Option.filter(amountForm(lowerAscii(raw.trim())), ({ value }) => BigDecimal.isPositive(value))

export type AmountFault = Data.TaggedEnum<{
  NotPositive: {}
  NoPrice: {}
  TooManyDecimals: { readonly decimals: number }
  OverBalance: { readonly available: TokenAmount }
}>
export const AmountFault = Data.taggedEnum<AmountFault>()

/**
 * The exact base units that an input means for a balance. USD and percentages are rounded down to the token's decimals.
 * Decimals are judged before the balance.
 */
export const resolveAmount = (
  input: AmountInput,
  available: TokenAmount,
  price: Option.Option<BigDecimal.BigDecimal>
): Either.Either<TokenAmount, AmountFault> =>
  Either.gen(function* () {
    const baseUnits = yield* toBaseUnits(input, available, price)
    if (baseUnits > available.baseUnits || isOverWhole(input, available))
      return yield* Either.left(AmountFault.OverBalance({ available }))
    if (baseUnits <= 0n) return yield* Either.left(AmountFault.NotPositive())
    return { baseUnits, decimals: available.decimals }
  })

/** No grouping, a point, no trailing zeros. */
export const formatAmount = ({ baseUnits, decimals }: TokenAmount): string =>
  formatPlain(BigDecimal.make(baseUnits, decimals))

/** USD at two decimals, half up, without the sign: `10.50`. */
export const formatUsd = (amount: TokenAmount, price: BigDecimal.BigDecimal): string => {
  return twoDecimals(BigDecimal.multiply(BigDecimal.make(amount.baseUnits, amount.decimals), price))
}

/** USD as written by somebody else, with or without its sign, at two decimals; none for what is no amount. */
export const formatUsdText = (text: string): Option.Option<string> => {
  const number = text.trim().replace(/^\$/, "")
  if (number.length > longestDecimal) return Option.none()
  const usd = number.includes(",") ? plainNumber(number) : parseDecimal(number)
  return Option.map(
    Option.filter(usd, each => !BigDecimal.isNegative(each)),
    twoDecimals
  )
}

/** Digits of a price or an amount of USD: more of them are a mistake that would only cost time. */
const longestDecimal = 100

/** A decimal as written by Mochi; none for what is no finite decimal, and for forms only a program would write. */
export const parseDecimal = (text: string): Option.Option<BigDecimal.BigDecimal> =>
  text.length <= longestDecimal && /^-?\d+(\.\d+)?([eE][+-]?\d{1,3})?$/.test(text)
    ? BigDecimal.fromString(text)
    : Option.none()

/** A decimal such as `10.5` of a token with `decimals`; none if it is finer than the token. */
export const fromDecimalText = (text: string, decimals: number): Option.Option<TokenAmount> => {
  if (!/^\d+(\.\d+)?$/.test(text)) return Option.none()
  return Option.flatMap(BigDecimal.fromString(text), value =>
    Option.map(exactUnits(value, decimals), baseUnits => ({ baseUnits, decimals }))
  )
}

const hundred = BigDecimal.fromBigInt(100n)
const fifty = BigDecimal.fromBigInt(50n)
const multipliers: Readonly<Record<string, BigDecimal.BigDecimal>> = {
  k: BigDecimal.fromBigInt(1_000n),
  m: BigDecimal.fromBigInt(1_000_000n)
}

/** Unlike toLowerCase, which makes a k of the Kelvin sign. */
const lowerAscii = (text: string): string => text.replace(/[A-Z]/g, letter => letter.toLowerCase())

const amountForm = (text: string): Option.Option<AmountInput> => {
  if (text === "all") return Option.some(AmountInput.Percent({ value: hundred }))
  if (text === "half") return Option.some(AmountInput.Percent({ value: fifty }))
  if (text.endsWith("%"))
    return Option.map(plainNumber(text.slice(0, -1)), value => AmountInput.Percent({ value }))
  if (text.startsWith("$"))
    return Option.map(multipliedNumber(text.slice(1)), value => AmountInput.Usd({ value }))
  return Option.map(multipliedNumber(text), value => AmountInput.Tokens({ value }))
}

/** Groups never begin with a zero: `0,500` is somebody's decimal comma, and would be a thousand times too much. */
const plainNumber = (text: string): Option.Option<BigDecimal.BigDecimal> => {
  const match = /^(\d+|[1-9]\d{0,2}(?:,\d{3})+)?(?:\.(\d+))?$/.exec(text)
  const [whole, fraction] = [match?.[1], match?.[2]]
  if (whole === undefined && fraction === undefined) return Option.none()
  const digits = `${(whole ?? "").replaceAll(",", "")}${fraction ?? ""}`
  return Option.some(BigDecimal.make(BigInt(digits), fraction?.length ?? 0))
}

const multipliedNumber = (text: string): Option.Option<BigDecimal.BigDecimal> => {
  const multiplier = multipliers[text.slice(-1)]
  return multiplier === undefined
    ? plainNumber(text)
    : Option.map(plainNumber(text.slice(0, -1)), value => BigDecimal.multiply(value, multiplier))
}

/** More than all, or any part of nothing: over the balance even if rounding down would hide it. */
const isOverWhole = (input: AmountInput, available: TokenAmount): boolean =>
  AmountInput.$is("Percent")(input) &&
  (available.baseUnits === 0n || BigDecimal.greaterThan(input.value, hundred))

const toBaseUnits = (
  input: AmountInput,
  available: TokenAmount,
  price: Option.Option<BigDecimal.BigDecimal>
): Either.Either<bigint, AmountFault> => {
  const { decimals } = available
  switch (input._tag) {
    case "Tokens":
      return Either.fromOption(exactUnits(input.value, decimals), () =>
        AmountFault.TooManyDecimals({ decimals })
      )
    case "Usd":
      return Either.map(
        Either.fromOption(Option.filter(price, BigDecimal.isPositive), () => AmountFault.NoPrice()),
        usdPerToken => quotient(input.value, usdPerToken, decimals)
      )
    case "Percent":
      return Either.right(
        quotient(
          BigDecimal.multiply(input.value, BigDecimal.make(available.baseUnits, decimals)),
          hundred,
          decimals
        )
      )
  }
}

const twoDecimals = (usd: BigDecimal.BigDecimal): string => {
  const cents = BigDecimal.round(usd, { scale: 2, mode: "half-from-zero" })
  const [whole = "0", fraction = ""] = formatPlain(cents).split(".")
  return `${whole}.${fraction.padEnd(2, "0")}`
}

/** None if the value has more decimals, trailing zeros apart, than the token. */
const exactUnits = (value: BigDecimal.BigDecimal, decimals: number): Option.Option<bigint> => {
  const { scale, value: digits } = BigDecimal.normalize(value)
  return scale > decimals ? Option.none() : Option.some(digits * 10n ** BigInt(decimals - scale))
}

/** `dividend / divisor` in units of 10^-decimals, rounded down: exact, whereas BigDecimal.divide stops at 100 digits. */
const quotient = (
  dividend: BigDecimal.BigDecimal,
  divisor: BigDecimal.BigDecimal,
  decimals: number
): bigint => {
  const shift = decimals + divisor.scale - dividend.scale
  const [over, under] =
    shift >= 0
      ? [dividend.value * 10n ** BigInt(shift), divisor.value]
      : [dividend.value, divisor.value * 10n ** BigInt(-shift)]
  return over / under
}

/** BigDecimal.format turns to exponents from 16 decimals on; people and Mochi read plain digits. */
const formatPlain = (value: BigDecimal.BigDecimal): string => {
  const { scale, value: digits } = BigDecimal.normalize(value)
  if (scale <= 0) return `${digits * 10n ** BigInt(-scale)}`
  const padded = digits.toString().padStart(scale + 1, "0")
  return `${padded.slice(0, -scale)}.${padded.slice(-scale)}`
}
