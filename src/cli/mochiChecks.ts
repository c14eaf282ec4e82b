import { Effect, Option } from "effect"
import * as Probe from "../adapters/mochi/probe.ts"
import type { Probed } from "../adapters/mochi/probe.ts"
import type { SettingsValues } from "../config.ts"
import type { Finding } from "../programs/cli/doctorCommand.ts"
import { failed, ok, skipped } from "./findings.ts"

/** Seconds. Mochi takes signatures for some minutes either way; a clock that keeps time is never this far off. */
const clockTolerance = 30

export const mochiFindings = (settings: SettingsValues): Effect.Effect<ReadonlyArray<Finding>> =>
  Effect.gen(function* () {
    const probe = Probe.make(settings)
    const { payBearer, payHealth, paySignature, profileBearer } = yield* Effect.all(probe, {
      concurrency: "unbounded"
    })
    const { pay, profile } = settings.mochi
    const profileRoot = Option.getOrElse(profile, () => pay).root
    return [
      reached("mochi pay", "MOCHI_PAY_API_BASE_URL", pay.root, payHealth, payBearer),
      reached("mochi profile", "MOCHI_PROFILE_API_BASE_URL", profileRoot, profileBearer, profileBearer),
      signatureFinding(settings, paySignature)
    ]
  })

/** `health`: whether it is there at all. `bearer`: what it says to our secret. */
const reached = (check: string, variable: string, root: string, health: Probed, bearer: Probed): Finding => {
  const { host } = new URL(root)
  if (Option.isNone(health))
    return failed(check, `no answer from ${host}`, `Check ${variable} and the network`)
  if (health.value.status >= 500)
    return failed(
      check,
      `${host} answers ${health.value.status}`,
      "Mochi is down: wait, or ask its operators"
    )
  if (Option.exists(bearer, ({ status }) => status === 401))
    return failed(
      check,
      `${host} refuses our bearer secret`,
      "Set MOCHI_BOT_SECRET to the one that Mochi has"
    )
  if (health === bearer || health.value.status < 300)
    return ok(check, `${host} answers, our bearer secret is accepted`)
  return failed(
    check,
    `${host} answers ${health.value.status} to its health check`,
    `Is ${variable} the address of Mochi's API?`
  )
}

const signatureFinding = ({ mochi }: SettingsValues, probed: Probed): Finding => {
  if (Option.isNone(probed) || probed.value.status >= 500)
    return skipped("signature", "Mochi Pay does not answer")
  const offset = Option.map(probed.value.clockOffset, millis => Math.round(millis / 1000))
  const clock = Option.match(offset, {
    onNone: () => "Mochi does not tell its time",
    onSome: seconds => `our clock is ${offsetText(seconds)}`
  })
  if (Option.exists(offset, seconds => Math.abs(seconds) > clockTolerance))
    return failed("signature", `${clock}, and signatures carry the time`, "Set the clock; run NTP")
  if (probed.value.status === 401)
    return failed(
      "signature",
      `Mochi refuses it (401); ${clock}`,
      `Has Mochi the public key of MOCHI_APP_PRIVATE_KEY for the application "${mochi.applicationName}" (MOCHI_APPLICATION_NAME)${Option.isNone(mochi.apiKey) ? ", and does it want MOCHI_API_KEY" : ", and is MOCHI_API_KEY right"}?`
    )
  return ok("signature", `accepted; ${clock}`)
}

const offsetText = (seconds: number): string => {
  if (Math.abs(seconds) <= 1) return "in step with Mochi's"
  return `${Math.abs(seconds)} s ${seconds > 0 ? "behind" : "ahead of"} Mochi's`
}
