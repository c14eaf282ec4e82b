import { Array, BigDecimal, Option, Order } from "effect"
import type { Application, Holding, Vault } from "../domain/Catalog.ts"
import { ApplicationId, ProfileId, TokenId, VaultProfileId } from "../domain/Ids.ts"
import { searchable } from "../domain/ranking.ts"
import type { Searchable } from "../domain/ranking.ts"

/** The rows of a list that are kept: more than anybody scrolls through, and all that anybody has. */
const mostRows = 10_000
/** Longer than any place shows a name, in UTF-16 units. */
const longestText = 256
/** What JavaScript needs for a row and its place in a search besides their texts, roughly. */
const rowBytes = 220
const holdingBytes = 600

/** A list as Mochi gave it, and prepared for the keystrokes to come. */
export interface Offered<A> {
  readonly all: ReadonlyArray<A>
  readonly search: Searchable<A>
}

export const offeredProfile = (id: ProfileId): ProfileId => ProfileId.make(ownText(id))

export const offeredApplications = (all: ReadonlyArray<Application>): Offered<Application> =>
  offered(
    all
      .slice(0, mostRows)
      .map(({ id, name }) => ({ id: ApplicationId.make(ownText(id)), name: shortText(name) })),
    ({ name }) => [name]
  )

export const offeredVaults = (all: ReadonlyArray<Vault>): Offered<Vault> =>
  offered(
    all
      .slice(0, mostRows)
      .map(({ id, name }) => ({ id: VaultProfileId.make(ownText(id)), name: shortText(name) })),
    ({ name }) => [name]
  )

/** The holdings that are not empty; of very many, those that are worth most. */
export const offeredHoldings = (all: ReadonlyArray<Holding>): Offered<Holding> => {
  const spendable = all.filter(({ available }) => available.baseUnits > 0n)
  const kept = spendable.length <= mostRows ? spendable : Array.sortBy(byWorth)(spendable).slice(0, mostRows)
  const rows = kept.map(({ available, token }) => ({
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
  return offered(rows, ({ token }) => [token.symbol, token.name])
}

export const rowsBytes = ({ all }: Offered<Application | Vault>): number =>
  all.reduce((sum, { id, name }) => sum + rowBytes + 2 * (id.length + 2 * name.length), 0)

export const holdingsBytes = ({ all }: Offered<Holding>): number =>
  all.reduce((sum, { token: { chain, id, name, symbol } }) => {
    const texts = id.length + 2 * (symbol.length + name.length) + Option.getOrElse(chain, () => "").length
    return sum + holdingBytes + 2 * texts
  }, 0)

const offered = <A>(
  all: ReadonlyArray<A>,
  words: (row: A) => readonly [string, ...ReadonlyArray<string>]
): Offered<A> => ({ all, search: searchable(all, words) })

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
