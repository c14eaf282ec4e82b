import type * as SqlClient from "@effect/sql/SqlClient"
import type * as SqlError from "@effect/sql/SqlError"
import type * as Statement from "@effect/sql/Statement"
import { Chunk, Effect, Option, Stream } from "effect"

/** Rows in memory at a time; a consumer that stops early wastes at most as many. */
const pageRows = 128

/**
 * The rows of a select, read as the consumer takes them. The cursor is the server's and every page an ordinary statement,
 * so the pool's timeouts hold for each page; they would not for a portal of the driver.
 */
export const pagedRows = (
  sql: SqlClient.SqlClient,
  select: Statement.Statement<unknown>
): Stream.Stream<unknown, SqlError.SqlError> =>
  Stream.unwrapScoped(
    Effect.gen(function* () {
      const connection = yield* sql.reserve
      yield* Effect.acquireRelease(connection.executeRaw("begin read only", []), () =>
        Effect.ignore(connection.executeRaw("rollback", []))
      )
      const [text, values] = select.compile(true)
      yield* connection.executeRaw(`declare page no scroll cursor for ${text}`, values)
      const page = connection.execute(`fetch ${pageRows} from page`, [], undefined)
      return Stream.paginateChunkEffect(undefined, () =>
        Effect.map(page, rows => [
          Chunk.fromIterable(rows),
          rows.length < pageRows ? Option.none() : Option.some(undefined)
        ])
      )
    })
  )
