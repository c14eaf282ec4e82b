import { Either } from "effect"
import type { Holding } from "../domain/Catalog.ts"
import { InvalidAmount, NoUsdPrice, OverBalance, TooManyDecimals } from "../domain/Kudos.ts"
import type { KudosRefusal } from "../domain/Kudos.ts"
import { resolveAmount } from "../domain/TokenAmount.ts"
import type { AmountInput, TokenAmount } from "../domain/TokenAmount.ts"

/** What was typed, in base units of the token; a fault becomes the refusal that a person reads. */
export const exactAmount = (
  input: AmountInput,
  { available, token }: Holding
): Either.Either<TokenAmount, KudosRefusal> =>
  Either.mapLeft(resolveAmount(input, available, token.price), fault => {
    switch (fault._tag) {
      case "NotPositive":
        return new InvalidAmount({ hasComma: false })
      case "NoPrice":
        return new NoUsdPrice({ symbol: token.symbol })
      case "TooManyDecimals":
        return new TooManyDecimals({ symbol: token.symbol, decimals: fault.decimals })
      case "OverBalance":
        return new OverBalance({ symbol: token.symbol, available: fault.available })
    }
  })
