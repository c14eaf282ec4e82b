import { Effect, Exit, FiberSet } from "effect"
import type { Scope } from "effect"

interface Batch<Item, A, E> {
  /** Items of one batch have different keys; the others wait for the next one. */
  readonly keyOf: (item: Item) => string
  readonly most: number
  /** Answers in the order of the items; it has to fail or succeed as a whole. */
  readonly run: (items: ReadonlyArray<Item>) => Effect.Effect<ReadonlyArray<A>, E>
}

interface Waiting<Item, A, E> {
  readonly item: Item
  readonly resume: (answer: Effect.Effect<A, E>) => void
}

/** Batches under way at a time: with one alone, an item would often wait for a whole statement before its own. */
const atOnce = 2

/**
 * Runs what comes at the same moment as one: an item that comes alone runs at once, and items that come while `atOnce`
 * batches are under way go together in the next. If a batch fails, each of its items is tried alone.
 */
export const batched = <Item, A, E>({
  keyOf,
  most,
  run
}: Batch<Item, A, E>): Effect.Effect<(item: Item) => Effect.Effect<A, E>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const fork = yield* FiberSet.makeRuntime<never>()
    let waiting: Array<Waiting<Item, A, E>> = []
    let underWay = 0

    /** The next batch, out of those that wait. */
    const next = (): ReadonlyArray<Waiting<Item, A, E>> => {
      const keys = new Set<string>()
      const batch: Array<Waiting<Item, A, E>> = []
      const rest: Array<Waiting<Item, A, E>> = []
      for (const one of waiting) {
        const key = keyOf(one.item)
        if (batch.length === most || keys.has(key)) rest.push(one)
        else {
          keys.add(key)
          batch.push(one)
        }
      }
      waiting = rest
      return batch
    }

    const alone = ({ item, resume }: Waiting<Item, A, E>) =>
      Effect.map(Effect.exit(run([item])), exit =>
        resume(Effect.flatMap(exit, answers => answerAt(answers, 0)))
      )

    const together = (batch: ReadonlyArray<Waiting<Item, A, E>>) =>
      Effect.flatMap(Effect.exit(run(batch.map(({ item }) => item))), exit => {
        if (Exit.isFailure(exit) && batch.length > 1) return Effect.forEach(batch, alone, { discard: true })
        return Effect.sync(() => {
          for (const [index, { resume }] of batch.entries())
            resume(Effect.flatMap(exit, answers => answerAt(answers, index)))
        })
      })

    const start = () => {
      while (underWay < atOnce && waiting.length > 0) {
        underWay++
        const batch = next()
        fork(
          Effect.ensuring(
            together(batch),
            Effect.sync(() => {
              underWay--
              start()
            })
          )
        )
      }
    }

    return item =>
      Effect.async<A, E>(resume => {
        const one = { item, resume }
        waiting.push(one)
        start()
        return Effect.sync(() => {
          waiting = waiting.filter(other => other !== one)
        })
      })
  })

const answerAt = <A>(answers: ReadonlyArray<A>, index: number): Effect.Effect<A> => {
  const answer = answers[index]
  return answer === undefined
    ? Effect.dieMessage("A batch gave fewer answers than it has items")
    : Effect.succeed(answer)
}
