import { Either } from "effect"
import { Ambiguous, NotListed } from "./Kudos.ts"
import type { Listed } from "./Kudos.ts"
import { folded, nameOf } from "./plainText.ts"

/**
 * What a person meant by an option, among what is theirs: an id, to the letter, beats a name; names ignore case and the
 * spelling of their characters. What the person typed goes no further than this; only the candidate does.
 */
export const pickListed = <A extends { readonly id: string }>(
  option: Listed,
  typed: string,
  candidates: ReadonlyArray<A>,
  names: (candidate: A) => ReadonlyArray<string>
): Either.Either<A, NotListed | Ambiguous> => {
  const byId = candidates.find(({ id }) => id === typed)
  if (byId !== undefined) return Either.right(byId)
  const wanted = folded(nameOf(typed))
  const byName = candidates.filter(candidate => names(candidate).some(name => folded(name) === wanted))
  const [only, another] = byName
  if (only === undefined) return Either.left(new NotListed({ option, typed }))
  return another === undefined ? Either.right(only) : Either.left(new Ambiguous({ option, typed }))
}
