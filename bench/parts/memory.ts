import { Effect } from "effect"
import type { Scope } from "effect"
import { kudos } from "../actions.ts"
import type { Ground } from "../Ground.ts"
import { runRound } from "../load.ts"
import type { OfSides, Side } from "../sides.ts"
import * as Subject from "../Subject.ts"
import { rowOf } from "../Table.ts"
import type { Table } from "../Table.ts"
import { subjectsOf, withBefore } from "../turns.ts"

const manyGuilds = 5000
const work = { count: 5000, perSecond: 70 }
const rest = "5 seconds"

/** Memory of a program: at rest, after much work, and in so many guilds that it needs several shards. */
export const memory = (ground: Ground): Effect.Effect<Table, never, Scope.Scope> =>
  Effect.gen(function* () {
    const atRest = yield* Effect.scoped(idle(ground, ["service", "bare", "discord.js"], {}))
    const inManyGuilds = yield* Effect.scoped(
      idle(ground, ["service", "discord.js"], {
        moreGuilds: manyGuilds,
        discord: { shards: 5, maxConcurrency: 5 }
      })
    )
    const afterWork = yield* Effect.forEach(withBefore(ground, ["service"]), side =>
      Effect.map(Effect.scoped(worked(ground, side)), used => [side, used] as const)
    )
    const resident = ({ residentBytes }: Used) => residentBytes / mebibyte
    const heap = ({ heapBytes }: Used) => heapBytes / mebibyte
    return {
      title: "Memory of the program's process",
      note: `At rest: 5 s after it is ready; the service's PostgreSQL is not counted. Work: ${work.perSecond} /kudos a second, and 5 s of rest. Each of the ${manyGuilds} guilds has 20 channels; the gateway asks for 5 shards.`,
      rows: [
        rowOf("at rest: resident", "MiB", atRest, resident, { atMost: 180 }),
        rowOf("at rest: heap in use", "MiB", atRest, heap),
        rowOf(`after ${work.count} /kudos: resident`, "MiB", new Map(afterWork), resident, { atMost: 220 }),
        rowOf(`after ${work.count} /kudos: heap in use`, "MiB", new Map(afterWork), heap),
        rowOf(`${work.count} /kudos: failed`, "", new Map(afterWork), ({ failures }) => failures, {
          atMost: 0
        }),
        rowOf(`in ${manyGuilds} guilds: resident`, "MiB", inManyGuilds, resident),
        rowOf(`in ${manyGuilds} guilds: heap in use`, "MiB", inManyGuilds, heap)
      ]
    }
  })

const mebibyte = 1024 * 1024

interface Used {
  readonly residentBytes: number
  readonly heapBytes: number
}

const used = ({ child }: Subject.Subject): Effect.Effect<Used> =>
  Effect.zipRight(
    Effect.sleep(rest),
    // The heap comes second, since its question collects garbage.
    Effect.all({ residentBytes: child.residentBytes, heapBytes: child.heapBytes })
  )

const idle = (
  ground: Ground,
  sides: ReadonlyArray<Side>,
  options: Pick<Subject.SceneOptions, "moreGuilds" | "discord">
): Effect.Effect<OfSides<Used>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const subjects = yield* subjectsOf(ground, sides, {
      people: 10,
      mochiTakes: 0,
      ...options
    })
    return new Map(
      yield* Effect.forEach(
        [...subjects],
        ([side, subject]) => Effect.map(used(subject), found => [side, found] as const),
        { concurrency: "unbounded" }
      )
    )
  })

const worked = (ground: Ground, side: Side) =>
  Effect.gen(function* () {
    const subject = yield* Subject.make(ground, side, {
      people: 400,
      mochiTakes: 50,
      environment: Subject.generousMochi
    })
    const { failures } = yield* runRound(subject, kudos, work)
    return { ...(yield* used(subject)), failures }
  })
