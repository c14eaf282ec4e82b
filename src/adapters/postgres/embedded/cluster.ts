import { Effect, Redacted } from "effect"
import { chmod, lchown, readdir, readFile, stat } from "node:fs/promises"
import { join } from "node:path"
import { isFolder } from "../../process/folders.ts"
import { DatabaseError } from "../DatabaseError.ts"
import { binaries } from "./binaries.ts"
import { attempt, embedded } from "./failures.ts"
import * as NewCluster from "./newCluster.ts"
import * as User from "./serverUser.ts"

/** Everything on the disk that a start of the server needs. */
export interface Cluster {
  readonly data: string
  readonly log: string
  readonly password: Redacted.Redacted
  readonly user: User.ServerUser
  readonly postgres: string
}

/** Opens the cluster in `folder`; creates it first if there is none. */
export const openOrMake = (folder: string): Effect.Effect<Cluster, DatabaseError> =>
  Effect.gen(function* () {
    if (!(yield* exists(folder))) {
      const { initdb } = yield* binaries
      const user = yield* User.find
      yield* User.ensurePassable(user, initdb)
      yield* NewCluster.make(folder, initdb, user)
    }
    return yield* open(folder)
  })

/** Fails as `absent` if there is none. */
export const open = (folder: string): Effect.Effect<Cluster, DatabaseError> =>
  Effect.gen(function* () {
    if (!(yield* exists(folder)))
      return yield* new DatabaseError({
        reason: "absent",
        detail: `there is no database at ${folder}. Is DATA_DIR right? The service makes one when it starts`
      })
    const { postgres } = yield* binaries
    const user = yield* User.find
    yield* User.ensurePassable(user, postgres)
    const data = join(folder, "data")
    yield* ensureOwned(data, user)
    const password = yield* attempt(() => readFile(join(folder, "password"), "utf8"))
    return { data, log: join(folder, "server.log"), password: Redacted.make(password), user, postgres }
  })

/**
 * PostgreSQL starts only on a folder that belongs to its own user and is closed to others. A copy by root belongs to root,
 * and a copy under a lax umask is open: this fixes both.
 */
const ensureOwned = (data: string, user: User.ServerUser) =>
  Effect.gen(function* () {
    const { mode, uid } = yield* attempt(() => stat(data))
    const wanted = user.uid ?? process.getuid?.() ?? uid
    if (uid !== wanted && !(uid === 0 && user.uid !== undefined))
      return yield* embedded(
        `${data} belongs to another user (${uid}, and PostgreSQL runs as ${wanted}): copy DATA_DIR with \`cp -a\` as root, or run \`chown -R ${wanted} ${data}\``
      )
    if (uid !== wanted && user.uid !== undefined) yield* attempt(() => giveAll(data, user.uid, user.gid))
    if ((mode & 0o027) !== 0) yield* attempt(() => chmod(data, 0o700))
  })

/** The folder itself comes last: if a start is cut off here, the next one does this again. */
const giveAll = async (data: string, uid: number, gid: number) => {
  for (const name of await readdir(data, { recursive: true })) await lchown(join(data, name), uid, gid)
  await lchown(data, uid, gid)
}

const exists = (folder: string) => attempt(async () => isFolder(folder))
