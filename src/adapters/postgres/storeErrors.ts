import * as SqlError from "@effect/sql/SqlError"
import { Effect, ParseResult, Predicate } from "effect"
import { StoreUnavailable } from "../../ports/StoreUnavailable.ts"

/** The errors of SQL and of decoding its rows. They stop at the adapter. */
type Internal = SqlError.SqlError | ParseResult.ParseError

/**
 * Turns those errors into the port's error; others pass. `operation` names port and method, such as
 * `Interactions.claim`.
 */
export const asStoreUnavailable =
  (operation: string) =>
  <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, Exclude<E, Internal> | StoreUnavailable, R> =>
    work.pipe(
      sqlDefectsAsFailures,
      Effect.catchAll(
        (error): Effect.Effect<never, Exclude<E, Internal> | StoreUnavailable> =>
          isOther(error) ? Effect.fail(error) : Effect.fail(storeUnavailable(operation, error))
      )
    )

/** The cause keeps PostgreSQL's own code, which tells a conflict from a fault. */
export const storeUnavailable = (operation: string, error: unknown): StoreUnavailable =>
  new StoreUnavailable({
    operation,
    cause: Object.assign(new Error(describe(error)), { code: codeOf(error) })
  })

/** `sql.withTransaction` dies, rather than fails, if the connection breaks before its commit or rollback. */
export const sqlDefectsAsFailures = <A, E, R>(
  work: Effect.Effect<A, E, R>
): Effect.Effect<A, E | SqlError.SqlError, R> =>
  Effect.catchAllDefect(
    work,
    (defect): Effect.Effect<never, SqlError.SqlError> =>
      defect instanceof SqlError.SqlError ? Effect.fail(defect) : Effect.die(defect)
  )

/**
 * Says what went wrong without repeating data: PostgreSQL quotes values in the messages of classes 22 and 23 and in every
 * `detail`, so this keeps only the code and the names of schema objects of those.
 */
export const describeSqlError = (error: SqlError.SqlError): string => {
  const cause = error.cause
  if (!Predicate.isRecord(cause)) return error.message ?? "SQL failed"
  const code = typeof cause["code"] === "string" ? cause["code"] : "no code"
  const text = !/^2[23]/.test(code) && typeof cause["message"] === "string" ? cause["message"] : ""
  const place = ["schema", "table", "column", "constraint", "routine"].flatMap(key =>
    typeof cause[key] === "string" ? [`${key} ${cause[key]}`] : []
  )
  return [`${error.message ?? "SQL failed"} [${code}]`, text, ...place].filter(part => part !== "").join(", ")
}

const codeOf = (error: unknown): unknown =>
  error instanceof SqlError.SqlError && Predicate.isRecord(error.cause) ? error.cause["code"] : undefined

const describe = (error: unknown): string => {
  if (error instanceof SqlError.SqlError) return describeSqlError(error)
  if (!(error instanceof ParseResult.ParseError)) return "The store failed"
  const paths = ParseResult.ArrayFormatter.formatErrorSync(error).map(issue => issue.path.join("."))
  return `A stored row does not decode at: ${[...new Set(paths)].join(", ")}`
}

const isOther = <E>(error: E | Internal): error is Exclude<E, Internal> =>
  !(error instanceof SqlError.SqlError || error instanceof ParseResult.ParseError)
