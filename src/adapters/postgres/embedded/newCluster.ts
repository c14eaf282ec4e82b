import { Effect } from "effect"
import { spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { chmod, chown, mkdir, mkdtemp, open, rename, rm, writeFile } from "node:fs/promises"
import type { FileHandle } from "node:fs/promises"
import { platform } from "node:os"
import { dirname, join } from "node:path"
import { isFolder, makeFolder } from "../../process/folders.ts"
import type { DatabaseError } from "../DatabaseError.ts"
import { dataArgument, environment, missingLibraries, role } from "./binaries.ts"
import { attempt, embedded } from "./failures.ts"
import type { ServerUser } from "./serverUser.ts"

/**
 * Creates a cluster in `folder`. It ends with a rename, so that a crash leaves a whole cluster or none, and one of two
 * processes that create it at once wins. An interruption leaves nothing behind, and no process.
 */
export const make = (folder: string, initdb: string, user: ServerUser): Effect.Effect<void, DatabaseError> =>
  Effect.acquireUseRelease(
    attempt(async () => {
      makeFolder(dirname(folder))
      return mkdtemp(`${folder}.new-`)
    }).pipe(
      Effect.mapError(({ detail }) => embedded(`nothing can be made in ${dirname(folder)} (${detail})`))
    ),
    draft =>
      Effect.gen(function* () {
        const data = join(draft, "data")
        const password = yield* attempt(() => prepare(draft, data, user))
        yield* runInitdb(initdb, data, user, password)
        yield* attempt(() => rename(draft, folder)).pipe(
          // Another process's cluster came first; it is as good.
          Effect.catchAll(error => (isFolder(folder) ? Effect.void : error))
        )
      }),
    draft => Effect.promise(() => rm(draft, { recursive: true, force: true }).catch(() => undefined))
  )

/** Returns the password's file, open for reading. */
const prepare = async (draft: string, data: string, user: ServerUser): Promise<FileHandle> => {
  const password = randomBytes(24).toString("hex")
  await mkdir(data, { mode: 0o700 })
  if (user.uid !== undefined) {
    await chown(data, user.uid, user.gid)
    if (platform() !== "linux") await chmod(draft, 0o711)
  }
  await writeFile(join(draft, "password"), password, { mode: 0o600 })
  return readableCopy(join(draft, "password.initdb"), password, user)
}

/** For the server's user, and already open, since that user may not be able to reach the file. */
const readableCopy = async (path: string, password: string, user: ServerUser) => {
  await writeFile(path, `${password}\n`, { mode: 0o600 })
  if (user.uid !== undefined) await chown(path, user.uid, user.gid)
  const file = await open(path)
  await rm(path)
  return file
}

const runInitdb = (initdb: string, data: string, user: ServerUser, password: FileHandle) =>
  Effect.async<void, DatabaseError>(resume => {
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
      {
        cwd: data,
        env: environment,
        // A process group of its own: Ctrl-C in a terminal does not reach it, and its children end together with it.
        detached: true,
        stdio: [password.fd, "ignore", "pipe"],
        ...user
      }
    )
    let errors = ""
    child.stderr?.setEncoding("utf8").on("data", text => {
      errors = (errors + text).slice(-longestError)
    })
    child.on("error", error => resume(embedded(`initdb does not start (${error.message})`)))
    child.on("close", code => resume(code === 0 ? Effect.void : embedded(reasonOf(errors, code))))
    return Effect.async<void>(gone => {
      if (child.pid === undefined || child.exitCode !== null) return gone(Effect.void)
      child.once("close", () => gone(Effect.void))
      process.kill(-child.pid, "SIGKILL")
    })
  }).pipe(Effect.ensuring(Effect.promise(() => password.close())))

/** Characters. */
const longestError = 2000

const reasonOf = (errors: string, code: number | null): string => {
  const lines = errors.split("\n").filter(line => /error|fatal|detail/i.test(line))
  const message = (lines.length > 0 ? lines : [errors]).join("; ").trim()
  return missingLibraries(errors) ?? `initdb ended with ${code}: ${message}`
}
