import { Order } from "effect"
import { folded, nameOf } from "./plainText.ts"

/** Discord takes 25 choices of an autocomplete answer at most. */
export const mostChoices = 25

/** Candidates in the order of their first words, prepared for many searches. */
export type Searchable<A> = ReadonlyArray<{
  readonly candidate: A
  /** As a search compares them. */
  readonly words: readonly [string, ...ReadonlyArray<string>]
}>

export const searchable = <A>(
  candidates: ReadonlyArray<A>,
  words: (candidate: A) => readonly [string, ...ReadonlyArray<string>]
): Searchable<A> =>
  candidates
    .map(candidate => {
      const [first, ...more] = words(candidate)
      return { candidate, words: [folded(first), ...more.map(folded)] as const }
    })
    .sort(Order.mapInput(Order.string, ({ words: [first] }) => first))

/**
 * The candidates that contain `typed` in one of their words, best first: prefix before substring, ignoring case and the
 * spelling of characters, then by the first word. All of them if nothing is typed, and none if `typed` has no visible
 * character.
 */
export const bestMatches = <A>(candidates: Searchable<A>, typed: string): ReadonlyArray<A> => {
  const needle = folded(nameOf(typed))
  if (needle === "" && typed.trim() !== "") return []
  const begin: Array<A> = []
  const contain: Array<A> = []
  for (const { candidate, words } of candidates) {
    if (words.some(word => word.startsWith(needle))) begin.push(candidate)
    else if (contain.length < mostChoices && words.some(word => word.includes(needle)))
      contain.push(candidate)
    if (begin.length === mostChoices) break
  }
  return [...begin, ...contain].slice(0, mostChoices)
}
