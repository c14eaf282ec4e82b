import { Effect } from "effect"
import type { Scope } from "effect"
import type { Ground } from "./Ground.ts"
import type { OfSides, Side } from "./sides.ts"
import * as Subject from "./Subject.ts"

/** Starts a subject for each side, and one for the other commit if there is one. */
export const subjectsOf = (
  ground: Ground,
  sides: ReadonlyArray<Side>,
  options: Subject.SceneOptions
): Effect.Effect<OfSides<Subject.Subject>, never, Scope.Scope> =>
  Effect.map(
    Effect.forEach(withBefore(ground, sides), side =>
      Effect.map(Subject.make(ground, side, options), subject => [side, subject] as const)
    ),
    subjects => new Map(subjects)
  )

export const withBefore = (ground: Ground, sides: ReadonlyArray<Side>): ReadonlyArray<Side> =>
  ground.before === undefined ? sides : [...sides, "before"]

/** The subjects take turns, and each round begins with another, so that a machine that gets slower favours none. */
export const inTurn = <A, B>(
  subjects: OfSides<A>,
  rounds: number,
  round: (subject: A, number: number) => Effect.Effect<B>
): Effect.Effect<OfSides<ReadonlyArray<B>>> =>
  Effect.gen(function* () {
    const measured = new Map([...subjects.keys()].map(side => [side, Array.of<B>()]))
    const all = [...subjects]
    for (let number = 0; number < rounds; number++) {
      const first = number % all.length
      for (const [side, subject] of [...all.slice(first), ...all.slice(0, first)])
        measured.get(side)?.push(yield* round(subject, number))
    }
    return measured
  })
