import { Option, Order } from "effect"
import { folded, nameOf } from "./plainText.ts"

/** Discord takes 25 choices of an autocomplete answer at most. */
export const mostChoices = 25

/**
 * The candidates that contain `typed` in one of their words, best first: prefix before substring, ignoring case and the
 * spelling of characters, then by the first word. All of them if nothing is typed, and none if `typed` has no visible
 * character.
 */
export const bestMatches = <A>(
  candidates: ReadonlyArray<A>,
  typed: string,
  words: (candidate: A) => readonly [string, ...ReadonlyArray<string>]
): ReadonlyArray<A> => {
  const needle = folded(nameOf(typed))
  if (needle === "" && typed.trim() !== "") return []
  return candidates
    .flatMap(candidate => {
      const names = words(candidate).map(folded)
      return Option.match(rank(names, needle), {
        onNone: () => [],
        onSome: position => [{ candidate, position, name: names[0] ?? "" }]
      })
    })
    .sort(byRank)
    .slice(0, mostChoices)
    .map(({ candidate }) => candidate)
}

const rank = (words: ReadonlyArray<string>, needle: string): Option.Option<number> => {
  if (words.some(word => word.startsWith(needle))) return Option.some(0)
  return words.some(word => word.includes(needle)) ? Option.some(1) : Option.none()
}

const byRank: Order.Order<{ readonly position: number; readonly name: string }> = Order.combine(
  Order.mapInput(Order.number, entry => entry.position),
  Order.mapInput(Order.string, entry => entry.name)
)
