import { Effect, Layer, Option, Schema } from "effect"
import type { Redacted, Scope } from "effect"
import { execFile } from "node:child_process"
import { createServer } from "node:net"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Database from "../src/adapters/postgres/Database.ts"
import type { DatabaseError } from "../src/adapters/postgres/DatabaseError.ts"
import * as EmbeddedPostgres from "../src/adapters/postgres/embedded/EmbeddedPostgres.ts"
import * as NotificationLogSql from "../src/adapters/postgres/NotificationLogSql.ts"
import type { Notification } from "../src/domain/Notification.ts"
import { NotificationLog } from "../src/ports/NotificationLog.ts"
import type { StoreUnavailable } from "../src/ports/StoreUnavailable.ts"
import * as Fakes from "./Fakes.ts"
import * as ServiceProcess from "./ServiceProcess.ts"
import { temporaryFolder } from "./temporaryFolder.ts"

/** The service and everything around it, on one machine. */
export interface Sandbox extends Fakes.Fakes {
  readonly service: ServiceProcess.ServiceProcess
  /** The notifications that the service has stored, newest first. */
  readonly notifications: Effect.Effect<ReadonlyArray<Notification>, StoreUnavailable>
  /** Sends dead letters again, by the command that an operator uses. */
  readonly replayDead: Effect.Effect<void, CommandLineFailed>
}

export class CommandLineFailed extends Schema.TaggedError<CommandLineFailed>(
  "mochi/sandbox/CommandLineFailed"
)("CommandLineFailed", { output: Schema.String }) {
  override get message() {
    return `The command line failed: ${this.output}`
  }
}

/** Starts everything on free ports and in a new folder, and removes all of it when the scope ends. */
export const make: Effect.Effect<Sandbox, DatabaseError, Scope.Scope> = Effect.gen(function* () {
  const folder = yield* temporaryFolder("mochi-sandbox-")
  const port = yield* freePort
  const url = `http://127.0.0.1:${port}`
  const fakes = yield* Fakes.make(url)
  // The sandbox holds the server too, so that it outlives a killed service and stops at the end in any case.
  const database = yield* EmbeddedPostgres.make({ folder: join(folder, "postgres") })
  const notifications = yield* readNotifications(database)
  const environment = {
    ...fakes.environment,
    HOST: "127.0.0.1",
    PORT: String(port),
    DATA_DIR: folder,
    LOG_FORMAT: "json"
  }
  const service = yield* ServiceProcess.make({ url, environment, folder })
  yield* service.start
  return {
    ...fakes,
    service,
    notifications,
    replayDead: commandLine(folder, environment, ["notifications", "retry", "--all"])
  }
})

const commandLine = (
  folder: string,
  environment: Readonly<Record<string, string>>,
  words: ReadonlyArray<string>
) =>
  Effect.async<void, CommandLineFailed>(resume => {
    const file = fileURLToPath(new URL("../src/cli.ts", import.meta.url))
    const child = execFile(
      process.execPath,
      [file, ...words],
      { cwd: folder, env: { ...ServiceProcess.inherited(), ...environment }, timeout: 20_000 },
      (error, _, output) =>
        resume(error === null ? Effect.void : new CommandLineFailed({ output: output.slice(-300) }))
    )
    return Effect.sync(() => child.kill())
  })

/** The newest; a sandbox has fewer. */
const notificationsShown = 1_000

const readNotifications = (url: Redacted.Redacted) =>
  Effect.gen(function* () {
    const database = yield* Database.connect(url)
    const log = yield* Layer.build(NotificationLogSql.layer).pipe(Effect.provide(database))
    return Effect.flatMap(NotificationLog, store => store.list(Option.none(), notificationsShown)).pipe(
      Effect.provide(log)
    )
  })

/** The service keeps the port over restarts. */
const freePort = Effect.async<number>(resume => {
  const probe = createServer()
  probe.listen(0, "127.0.0.1", () => {
    const address = probe.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    probe.close(() => resume(Effect.succeed(port)))
  })
})
