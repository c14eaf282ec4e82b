import { Effect, Either, Layer, Stream } from "effect"
import type { ConfigError } from "effect"
import * as Rest from "../../../adapters/discord/Rest.ts"
import { describeFaults, layer as settingsLayer, readSettings } from "../../../config/Settings.ts"
import type { Environment, SettingsValues } from "../../../config/Settings.ts"
import { Examination } from "../doctor.ts"
import type { Finding } from "../doctor.ts"
import { databaseFindings } from "./databaseChecks.ts"
import { discordFindings } from "./discordChecks.ts"
import { failed, ok, skipped } from "./findings.ts"
import { mochiFindings } from "./mochiChecks.ts"

/** All checks of `doctor`, in the order of its lines. They run at once, since each may have to wait for a timeout. */
export const layer = (
  environment: Effect.Effect<Environment, ConfigError.ConfigError>
): Layer.Layer<Examination> =>
  Layer.sync(Examination, () =>
    Stream.unwrap(
      Effect.map(
        Effect.either(Effect.flatMap(environment, readSettings)),
        Either.match({
          onLeft: error => Stream.fromIterable(unreadable(describeFaults(error))),
          onRight: examine
        })
      )
    )
  )

const examine = (settings: SettingsValues): Stream.Stream<Finding> => {
  const groups = [
    discordFindings(settings).pipe(Effect.provide(Rest.layer)),
    mochiFindings(settings),
    databaseFindings,
    Effect.succeed([webhookFinding(settings)])
  ]
  return Stream.concat(
    Stream.make(ok("config", "every variable is well-formed")),
    Stream.fromIterable(groups).pipe(
      Stream.mapEffect(group => Effect.provide(group, settingsLayer(settings)), {
        concurrency: groups.length
      }),
      Stream.flattenIterables
    )
  )
}

const unreadable = (faults: ReadonlyArray<string>): ReadonlyArray<Finding> => [
  failed(
    "config",
    faults.join("; "),
    "Set what is named, in the environment or in .env; .env.example has them all"
  ),
  ...["discord token", "application", "gateway", "commands", "mochi pay", "mochi profile", "signature"].map(
    needsConfig
  ),
  ...["database", "migrations", "webhook secrets"].map(needsConfig)
]

const needsConfig = (check: string) => skipped(check, "needs the configuration")

const webhookFinding = ({ webhooks: { secrets } }: SettingsValues): Finding => {
  const symmetric = secrets.filter(({ _tag }) => _tag === "Hmac").length
  const kinds = [
    ...(symmetric > 0 ? [`${symmetric} whsec_ (v1)`] : []),
    ...(symmetric < secrets.length ? [`${secrets.length - symmetric} whpk_ (v1a)`] : [])
  ]
  return ok("webhook secrets", `${kinds.join(" and ")}; the first webhook shows whether Mochi signs with one`)
}
