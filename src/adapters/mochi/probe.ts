import { Clock, Effect, Option, Redacted } from "effect"
import type { SettingsValues } from "../../config.ts"
import { version } from "../../configVersion.ts"
import { signedHeaders } from "./signing.ts"

/** How Mochi answered one harmless GET. */
export interface Probe {
  readonly status: number
  /** Mochi's clock minus ours, in milliseconds; none where its answer carries no date. Exact to a second or so. */
  readonly clockOffset: Option.Option<number>
}

/** None: no answer came. */
export type Probed = Option.Option<Probe>

const patience = 8_000

/** Whether each API answers, and what it says to our credentials. Nothing that is asked for has to exist. */
export const make = ({ mochi }: SettingsValues) => {
  const pay = mochi.pay
  const profile = Option.getOrElse(mochi.profile, () => pay)
  const bearer = { authorization: `Bearer ${Redacted.value(mochi.botSecret)}` }
  const signed = Effect.gen(function* () {
    const headers = yield* signedHeaders({
      seed: mochi.privateKey,
      application: mochi.applicationName,
      nowMillis: yield* Clock.currentTimeMillis
    })
    return Option.match(mochi.apiKey, {
      onNone: () => headers,
      onSome: key => ({ ...headers, authorization: `Basic ${Redacted.value(key)}` })
    })
  })
  return {
    payHealth: get(`${pay.root}/health`, {}),
    payBearer: get(`${pay.api}/profiles/0/applications`, bearer),
    profileBearer: get(`${profile.api}/profiles/get-by-discord/0?no_fetch_amount=true`, bearer),
    paySignature: Effect.flatMap(signed, headers => get(`${pay.api}/applications/0/requests/doctor`, headers))
  }
}

const get = (url: string, headers: Readonly<Record<string, string>>): Effect.Effect<Probed> =>
  Effect.gen(function* () {
    const response = yield* Effect.tryPromise(signal =>
      fetch(url, {
        headers: { accept: "application/json", "user-agent": `mochi-discord/${version}`, ...headers },
        redirect: "manual",
        signal
      })
    )
    const now = yield* Clock.currentTimeMillis
    yield* Effect.ignore(Effect.tryPromise(async () => response.body?.cancel()))
    const date = Date.parse(response.headers.get("date") ?? "")
    return {
      status: response.status,
      // The header has whole seconds, so that half a second is the likeliest rest.
      clockOffset: Number.isNaN(date) ? Option.none() : Option.some(date + 500 - now)
    }
  }).pipe(Effect.timeout(patience), Effect.option)
