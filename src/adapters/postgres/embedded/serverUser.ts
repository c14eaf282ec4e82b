import { Effect } from "effect"
import { execFile } from "node:child_process"
import { realpath, stat } from "node:fs/promises"
import { dirname } from "node:path"
import { promisify } from "node:util"
import type { DatabaseError } from "../DatabaseError.ts"
import { attempt, embedded } from "./failures.ts"

/** PostgreSQL refuses to run as root; started as root, it runs as this user. */
const name = "postgres"

const run = promisify(execFile)

/** Ids for `spawn`; empty if the server runs as our own user. */
export type ServerUser = { readonly uid: number; readonly gid: number } | Record<string, never>

/** As root: the user `postgres`, created if the machine has none. */
export const find: Effect.Effect<ServerUser, DatabaseError> = Effect.suspend(() =>
  process.getuid?.() === 0
    ? lookUp.pipe(
        // Another process may create the same user at this moment: it only has to exist afterwards.
        Effect.orElse(() => Effect.zipRight(Effect.ignore(create), lookUp)),
        Effect.mapError(() =>
          embedded(
            `PostgreSQL does not run as root, and the user ${name} could not be made; make it, or start as another user`
          )
        )
      )
    : Effect.succeed({})
)

/** Fails, with the folder's name, if a folder above `path` is closed to `user`. */
export const ensurePassable = (user: ServerUser, path: string): Effect.Effect<void, DatabaseError> =>
  Effect.gen(function* () {
    if (user.uid === undefined) return
    for (const folder of foldersAbove(yield* attempt(() => realpath(path)))) {
      const { mode, uid, gid } = yield* attempt(() => stat(folder))
      const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001
      if ((mode & bit) === 0) {
        return yield* embedded(
          `started as root, PostgreSQL runs as the user ${name}, which cannot pass ${folder} on the way to ${path}; ` +
            `allow it (chmod o+x ${folder}), move the installation, or start as another user`
        )
      }
    }
  })

const foldersAbove = (path: string): ReadonlyArray<string> => {
  const parent = dirname(path)
  return parent === path ? [path] : [...foldersAbove(parent), parent]
}

const numberFrom = (flag: string) => run("id", [flag, name]).then(({ stdout }) => Number.parseInt(stdout, 10))

const lookUp = Effect.tryPromise(async () => ({ uid: await numberFrom("-u"), gid: await numberFrom("-g") }))

const create = Effect.tryPromise(() =>
  run("useradd", ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", name])
)
