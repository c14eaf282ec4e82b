import { Array as Arr, Cause, Effect, Exit, FiberSet, Option, Order } from "effect"
import type { Scope } from "effect"

interface Batch<Item, A, E> {
  /** Batches under way never have two items of one key; the others wait for the next one. */
  readonly keyOf: (item: Item) => string
  readonly most: number
  /** Batches under way at a time: with one alone, an item would often wait for a whole batch before its own. */
  readonly atOnce: number
  /** True for a failure after which each item may be tried alone; otherwise the failure is every item's. */
  readonly isSafeToTryAlone: (error: E) => boolean
  /** Gets the items in the order of their keys, and answers in it; it has to fail or succeed as a whole. */
  readonly run: (items: ReadonlyArray<Item>) => Effect.Effect<ReadonlyArray<A>, E>
}

interface Waiting<Item, A, E> {
  readonly item: Item
  readonly resume: (answer: Effect.Effect<A, E>) => void
}

/**
 * Runs what comes at the same moment as one: an item that comes alone runs at once, and items that come while `atOnce`
 * batches are under way go together in the next. If a batch fails, each of its items that is still awaited is tried alone,
 * unless that is not safe.
 */
export const batched = <Item, A, E>({
  atOnce,
  isSafeToTryAlone,
  keyOf,
  most,
  run
}: Batch<Item, A, E>): Effect.Effect<(item: Item) => Effect.Effect<A, E>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const fork = yield* FiberSet.makeRuntime<never>()
    const awaited = new Set<Waiting<Item, A, E>>()
    let waiting: Array<Waiting<Item, A, E>> = []
    const keysUnderWay = new Set<string>()
    let underWay = 0

    /** The next batch, out of those that wait. */
    const next = (): ReadonlyArray<Waiting<Item, A, E>> => {
      const batch: Array<Waiting<Item, A, E>> = []
      const rest: Array<Waiting<Item, A, E>> = []
      for (const one of waiting) {
        const key = keyOf(one.item)
        if (batch.length === most || keysUnderWay.has(key)) rest.push(one)
        else {
          keysUnderWay.add(key)
          batch.push(one)
        }
      }
      waiting = rest
      return Arr.sortWith(batch, ({ item }) => keyOf(item), Order.string)
    }

    const alone = (one: Waiting<Item, A, E>) =>
      Effect.suspend(() =>
        awaited.has(one)
          ? Effect.map(Effect.exit(run([one.item])), exit =>
              one.resume(Effect.flatMap(exit, answers => answerAt(answers, 0)))
            )
          : Effect.void
      )

    const together = (batch: ReadonlyArray<Waiting<Item, A, E>>) =>
      Effect.flatMap(Effect.exit(run(batch.map(({ item }) => item))), exit => {
        if (Exit.isFailure(exit) && batch.length > 1) {
          const error = Cause.failureOption(exit.cause)
          if (Option.isSome(error) && isSafeToTryAlone(error.value))
            return Effect.forEach(batch, alone, { discard: true })
        }
        return Effect.sync(() => {
          for (const [index, { resume }] of batch.entries())
            resume(Effect.flatMap(exit, answers => answerAt(answers, index)))
        })
      })

    const start = () => {
      while (underWay < atOnce) {
        const batch = next()
        if (batch.length === 0) return
        underWay++
        fork(
          Effect.ensuring(
            together(batch),
            Effect.sync(() => {
              underWay--
              for (const { item } of batch) keysUnderWay.delete(keyOf(item))
              start()
            })
          )
        )
      }
    }

    return item =>
      Effect.async<A, E>(resume => {
        const one: Waiting<Item, A, E> = {
          item,
          resume: answer => {
            awaited.delete(one)
            resume(answer)
          }
        }
        awaited.add(one)
        waiting.push(one)
        start()
        return Effect.sync(() => {
          awaited.delete(one)
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
