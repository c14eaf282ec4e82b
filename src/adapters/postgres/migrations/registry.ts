import type * as SqlClient from "@effect/sql/SqlClient"
import type { Effect } from "effect"
import gatewaySessions from "./0001_gateway_sessions.ts"
import kudos from "./0002_kudos.ts"
import notifications from "./0003_notifications.ts"
import decisionLeases from "./0004_decision_leases.ts"
import limits from "./0005_limits.ts"
import operations from "./0006_operations.ts"
import processLeases from "./0007_process_leases.ts"
import personalData from "./0008_personal_data.ts"
import discordApplication from "./0009_discord_application.ts"
import gatewaySessionOf from "./0010_gateway_session_of.ts"
import shownMessageOutdated from "./0011_shown_message_outdated.ts"
import indexes from "./0012_indexes.ts"
import requestLocks from "./0013_request_locks.ts"

export type MigrationSet = Readonly<Record<string, Effect.Effect<void, unknown, SqlClient.SqlClient>>>

/** Append-only: nobody changes, renames or removes a released migration. Keys read `0001_name`. */
export const migrations: MigrationSet = {
  "0001_gateway_sessions": gatewaySessions,
  "0002_kudos": kudos,
  "0003_notifications": notifications,
  "0004_decision_leases": decisionLeases,
  "0005_limits": limits,
  "0006_operations": operations,
  "0007_process_leases": processLeases,
  "0008_personal_data": personalData,
  "0009_discord_application": discordApplication,
  "0010_gateway_session_of": gatewaySessionOf,
  "0011_shown_message_outdated": shownMessageOutdated,
  "0012_indexes": indexes,
  "0013_request_locks": requestLocks
}
