import { DiscordREST } from "dfx/DiscordREST"
import { Permissions } from "dfx/types"
import { Effect, Schema } from "effect"
import type { Finding } from "../doctor.ts"
import { failed } from "./findings.ts"

const patience = "8 seconds"

const needed = [
  ["View Channel", Permissions.ViewChannel],
  ["Send Messages", Permissions.SendMessages],
  ["Read Message History", Permissions.ReadMessageHistory]
] as const

/** Discord lists this many at once; the check leaves out the servers after them. */
const serversLookedAt = 200
const serversNamed = 5

/**
 * The finding itself, unless the bot lacks a permission in some server: it needs them to reach people whose direct
 * messages are closed. A channel may take away what the server gives, which this check does not see. If Discord does not
 * answer, the finding stays as it is.
 */
export const withPermissions = (finding: Finding): Effect.Effect<Finding, never, DiscordREST> =>
  Effect.gen(function* () {
    if (finding.state !== "ok") return finding
    const rest = yield* DiscordREST
    const servers = yield* rest.listMyGuilds({ limit: serversLookedAt }).pipe(
      Effect.flatMap(decode),
      Effect.timeout(patience),
      Effect.orElseSucceed(() => [])
    )
    const lacking = servers.flatMap(({ name, permissions }) => {
      const missing = permissions === undefined ? [] : missingOf(BigInt(permissions))
      return missing.length === 0 ? [] : [`${missing.join(" and ")} in ${name}`]
    })
    if (lacking.length === 0) return finding
    const others = lacking.length - serversNamed
    const names = lacking.slice(0, serversNamed).join("; ")
    return failed(
      finding.check,
      `${finding.detail}; the bot lacks ${names}${others > 0 ? `; and in ${others} more` : ""}`,
      "Give its role these permissions there: without them it may not reach people whose direct messages are closed"
    )
  })

/** An administrator may do everything. */
const missingOf = (permissions: bigint): ReadonlyArray<string> =>
  (permissions & Permissions.Administrator) !== 0n
    ? []
    : needed.flatMap(([name, bit]) => ((permissions & bit) === 0n ? [name] : []))

const decode = Schema.decodeUnknown(
  Schema.Array(
    Schema.Struct({
      name: Schema.String,
      permissions: Schema.optional(Schema.String.pipe(Schema.pattern(/^\d{1,20}$/)))
    })
  )
)
