import { Array, BigDecimal, Option, Order } from "effect"
import type { Application, Holding, Vault } from "../domain/Catalog.ts"
import { ApplicationId, ProfileId, TokenId, VaultProfileId } from "../domain/Ids.ts"

/** The rows of a list that are kept: more than anybody scrolls through, and all that anybody has. */
const mostRows = 10_000
/** Longer than any place shows a name, in UTF-16 units. */
const longestText = 256
/** What JavaScript needs for a row besides its texts, roughly. */
const rowBytes = 120
const holdingBytes = 500

export const offeredProfile = (id: ProfileId): ProfileId => ProfileId.make(ownText(id))

export const offeredApplications = (all: ReadonlyArray<Application>): ReadonlyArray<Application> =>
  all
    .slice(0, mostRows)
    .map(({ id, name }) => ({ id: ApplicationId.make(ownText(id)), name: shortText(name) }))

export const offeredVaults = (all: ReadonlyArray<Vault>): ReadonlyArray<Vault> =>
  all
    .slice(0, mostRows)
    .map(({ id, name }) => ({ id: VaultProfileId.make(ownText(id)), name: shortText(name) }))

/** The holdings that are not empty; of very many, those that are worth most. */
export const offeredHoldings = (all: ReadonlyArray<Holding>): ReadonlyArray<Holding> => {
  const spendable = all.filter(({ available }) => available.baseUnits > 0n)
  const kept = spendable.length <= mostRows ? spendable : Array.sortBy(byWorth)(spendable).slice(0, mostRows)
  return kept.map(({ available, token }) => ({
    available,
    token: {
      id: TokenId.make(ownText(token.id)),
      symbol: shortText(token.symbol),
      name: shortText(token.name),
      decimals: token.decimals,
      price: token.price,
      chain: Option.map(token.chain, shortText)
    }
  }))
}

export const rowsBytes = (rows: ReadonlyArray<Application | Vault>): number =>
  rows.reduce((sum, { id, name }) => sum + rowBytes + 2 * (id.length + name.length), 0)

export const holdingsBytes = (rows: ReadonlyArray<Holding>): number =>
  rows.reduce((sum, { token: { chain, id, name, symbol } }) => {
    const texts = id.length + symbol.length + name.length + Option.getOrElse(chain, () => "").length
    return sum + holdingBytes + 2 * texts
  }, 0)

const worth = ({ available, token: { price } }: Holding): BigDecimal.BigDecimal =>
  Option.match(price, {
    onNone: () => BigDecimal.unsafeFromNumber(0),
    onSome: one => BigDecimal.multiply(one, BigDecimal.make(available.baseUnits, available.decimals))
  })

const byWorth: Order.Order<Holding> = Order.reverse(Order.mapInput(BigDecimal.Order, worth))

/** Its own copy: a piece of a longer text keeps the whole of it, which may be the body that it was read from. */
export const ownText = (text: string): string => {
  const copy: unknown = JSON.parse(JSON.stringify(text))
  return typeof copy === "string" ? copy : text
}

export const shortText = (text: string): string => ownText(text.slice(0, longestText))
