import { Effect, Option } from "effect"
import * as Probe from "../../../adapters/mochi/probe.ts"
import type { Probed } from "../../../adapters/mochi/probe.ts"
import type { SettingsValues } from "../../../config/Settings.ts"
import type { Finding } from "../doctor.ts"
import { failed, ok, skipped } from "./findings.ts"

/** Seconds. Mochi accepts signatures some minutes early or late; a clock that keeps time is never this far off. */
const clockTolerance = 30

export const mochiFindings = (settings: SettingsValues): Effect.Effect<ReadonlyArray<Finding>> =>
  Effect.gen(function* () {
    const probed = yield* Effect.all(Probe.make(settings), { concurrency: "unbounded" })
    const { pay, profile } = settings.mochi
    const payFinding = reached({
      check: "mochi pay",
      variable: "MOCHI_PAY_API_BASE_URL",
      root: pay.root,
      health: [probed.payHealth],
      ours: probed.payBearer,
      madeUp: probed.payMadeUp
    })
    const profileFinding = reached({
      check: "mochi profile",
      variable: "MOCHI_PROFILE_API_BASE_URL",
      root: Option.getOrElse(profile, () => pay).root,
      health: [],
      ours: probed.profileBearer,
      madeUp: probed.profileMadeUp
    })
    const signature = isStrict(probed.payMadeUp) ? probed.paySignature : Option.none()
    return [payFinding, profileFinding, signatureFinding(settings, signature)]
  }).pipe(Effect.withSpan("cli doctor mochi"))

interface Answers {
  readonly check: string
  readonly variable: string
  readonly root: string
  /** Empty: this API has no health check. */
  readonly health: ReadonlyArray<Probed>
  /** What the API answers to our secret, and to a secret that we made up. */
  readonly ours: Probed
  readonly madeUp: Probed
}

const reached = ({ check, health, madeUp, ours, root, variable }: Answers): Finding => {
  const { host } = new URL(root)
  const notMochi = (detail: string) =>
    failed(check, `${host} ${detail}`, `Is ${variable} the address of Mochi's API?`)
  const answers = Option.all([ours, ...health])
  if (Option.isNone(answers))
    return failed(check, `no answer from ${host}`, `Check ${variable} and the network`)
  const [{ isMochis, status }, ...healthy] = answers.value
  const down = answers.value.find(({ status }) => status >= 500)
  if (down !== undefined)
    return failed(check, `${host} answers ${down.status}`, "Mochi is down: wait, or ask its operators")
  if (isRefused(status))
    return failed(
      check,
      `${host} refuses our bearer secret (${status})`,
      "Set MOCHI_BOT_SECRET to the one that Mochi has"
    )
  const unwell = healthy.find(({ status }) => status >= 300)
  if (unwell !== undefined) return notMochi(`answers ${unwell.status} to its health check`)
  if (!isMochis) return notMochi(`answers ${status}, and not as Mochi does`)
  if (!isStrict(madeUp)) return notMochi("does not refuse a made-up secret, as Mochi does")
  return ok(check, `${host} answers, our bearer secret is accepted`)
}

/** A server that accepts any secret is not Mochi, whatever it answers: that it accepts ours proves nothing. */
const isStrict = (madeUp: Probed): boolean => Option.exists(madeUp, ({ status }) => isRefused(status))

const isRefused = (status: number): boolean => status === 401 || status === 403

const signatureFinding = ({ mochi }: SettingsValues, probed: Probed): Finding => {
  if (Option.isNone(probed) || probed.value.status >= 500) return skipped("signature", "needs Mochi Pay")
  const { clockOffset, isMochis, status } = probed.value
  if (!isMochis && !isRefused(status))
    return skipped("signature", `Mochi Pay answers ${status}, and not as Mochi does`)
  const offset = Option.map(clockOffset, millis => Math.round(millis / 1000))
  const clock = Option.match(offset, {
    onNone: () => "Mochi does not say what time it is",
    onSome: seconds => `our clock is ${offsetText(seconds)}`
  })
  if (Option.exists(offset, seconds => Math.abs(seconds) > clockTolerance))
    return failed("signature", `${clock}, and signatures carry the time`, "Set the clock; run NTP")
  if (isRefused(status))
    return failed(
      "signature",
      `Mochi refuses it (${status}); ${clock}`,
      `Has Mochi the public key of MOCHI_APP_PRIVATE_KEY for the application "${mochi.applicationName}" (MOCHI_APPLICATION_NAME)${Option.isNone(mochi.apiKey) ? ", and does it want MOCHI_API_KEY" : ", and is MOCHI_API_KEY right"}?`
    )
  return ok("signature", `accepted; ${clock}`)
}

const offsetText = (seconds: number): string => {
  if (Math.abs(seconds) <= 1) return "in step with Mochi's"
  return `${Math.abs(seconds)} s ${seconds > 0 ? "behind" : "ahead of"} Mochi's`
}
