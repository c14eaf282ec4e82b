import { Effect } from "effect"
import type { Scope } from "effect"
import type { Ground } from "../Ground.ts"
import * as Subject from "../Subject.ts"
import type { SubjectOptions } from "../Subject.ts"
import type { Row, Table } from "../Table.ts"

const manyGuilds = 5000

/** Memory of an idle bot: in one guild, and in so many that the bot needs several shards. */
export const memory = (ground: Ground): Effect.Effect<Table, never, Scope.Scope> =>
  Effect.gen(function* () {
    const resident = (kind: SubjectOptions["kind"], moreGuilds: number) =>
      Effect.gen(function* () {
        const subject = yield* Subject.make(ground, {
          kind,
          people: 10,
          mochiTakes: 0,
          moreGuilds,
          discord: moreGuilds === 0 ? {} : { shards: 5, maxConcurrency: 5 }
        })
        yield* Effect.sleep("5 seconds")
        return yield* subject.child.memory
      }).pipe(Effect.scoped)

    const compared = (figure: string, moreGuilds: number) =>
      Effect.all([resident("service", moreGuilds), resident("discord.js", moreGuilds)], {
        concurrency: "unbounded"
      }).pipe(
        Effect.map(
          ([service, anchor]): ReadonlyArray<Row> =>
            (["residentBytes", "heapBytes"] as const).map(kind => ({
              figure: `${figure}: ${kind === "heapBytes" ? "heap in use" : "resident"}`,
              unit: "MiB",
              service: service[kind] / 1024 / 1024,
              anchor: anchor[kind] / 1024 / 1024
            }))
        )
      )

    return {
      title: "Memory of the bot's process",
      note: `5 s after it is ready; the service's PostgreSQL is not counted. Each of the ${manyGuilds} guilds has 20 channels; the gateway asks for 5 shards.`,
      rows: [
        ...(yield* compared("in 1 guild", 0)),
        ...(yield* compared(`in ${manyGuilds} guilds`, manyGuilds))
      ]
    }
  })
