import { Effect, Layer } from "effect"
import * as logging from "../../../src/adapters/telemetry/logging.ts"
import * as Otel from "../../../src/adapters/telemetry/Otel.ts"
import * as Config from "../../../src/config/Settings.ts"
import type { ExportHealth } from "../../../src/ports/ExportHealth.ts"

/** Every secret that the service is configured with, by name. */
export const secrets = {
  botToken: "MTIzNDU2Nzg5MDEyMzQ1Njc4.GhIjKl.abcdefghijklmnopqrstuvwxyz012345",
  privateKey: "5f".repeat(31) + "a1",
  botSecret: "listing-bearer-secret-4711",
  apiKey: "basic-api-key-0815",
  webhookSecret: Buffer.from("the webhook's own key").toString("base64"),
  databasePassword: "pa55word-of-the-database"
}

export const settings = (environment: Config.Environment): Effect.Effect<Config.SettingsValues> =>
  Effect.orDie(
    Config.readSettings({
      DISCORD_BOT_TOKEN: secrets.botToken,
      MOCHI_APP_PRIVATE_KEY: secrets.privateKey,
      MOCHI_PAY_API_BASE_URL: "http://mochi.example",
      MOCHI_BOT_SECRET: secrets.botSecret,
      MOCHI_API_KEY: secrets.apiKey,
      MOCHI_WEBHOOK_SECRETS: `whsec_${secrets.webhookSecret}`,
      DATABASE_URL: `postgresql://mochi:${secrets.databasePassword}@db.example/mochi`,
      ...environment
    })
  )

/** Exports leave soon, so that no test waits for them. */
const impatient = { OTEL_BLRP_SCHEDULE_DELAY: "20", OTEL_METRIC_EXPORT_INTERVAL: "50" }

/** What main composes: settings, the lines to stdout, exports. */
export const telemetry = (environment: Config.Environment): Layer.Layer<ExportHealth | Config.Settings> =>
  Layer.unwrapEffect(
    Effect.map(settings({ ...impatient, ...environment }), values =>
      Otel.layer.pipe(Layer.provideMerge(logging.layer("stdout")), Layer.provideMerge(Config.layer(values)))
    )
  )

/** The lines that `effect` writes to stdout. */
export const linesOf = <A, E, R>(
  effect: Effect.Effect<A, E, R>
): Effect.Effect<readonly [A, ReadonlyArray<string>], E, R> =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const written: Array<string> = []
      const original = process.stdout.write
      process.stdout.write = (chunk: string | Uint8Array) => {
        written.push(String(chunk))
        return true
      }
      return { written, original }
    }),
    ({ written }) =>
      Effect.map(
        effect,
        value =>
          [
            value,
            written
              .join("")
              .split("\n")
              .filter(line => line !== "")
          ] as const
      ),
    ({ original }) =>
      Effect.sync(() => {
        process.stdout.write = original
      })
  )
