import { Clock, Effect, Option, Redacted, Schema } from "effect"
import type { SettingsValues } from "../../config/Settings.ts"
import { version } from "../../config/version.ts"
import { inSpan } from "../../telemetry/spans.ts"
import { traceparent } from "./instrumentation.ts"
import { signedHeaders } from "./signing.ts"

/** The answer to one harmless GET. */
export interface Probe {
  readonly status: number
  /** Whether the answer has the form of Mochi's answer to this question; another server's does not. */
  readonly isMochis: boolean
  /** Mochi's clock minus ours, in milliseconds; none if the answer has no date. Exact to a second or so. */
  readonly clockOffset: Option.Option<number>
}

/** None: no answer came. */
export type Probed = Option.Option<Probe>

const patience = 8_000

/** Characters. Mochi answers these questions with a line. */
const longestAnswer = 256 * 1024

/** Whether each API answers, and accepts our credentials. The ids in these questions need not exist. */
export const make = ({ mochi }: SettingsValues) => {
  const pay = mochi.pay
  const profile = Option.getOrElse(mochi.profile, () => pay)
  const bearer = (secret: string) => Effect.succeed({ authorization: `Bearer ${secret}` })
  const ours = bearer(Redacted.value(mochi.botSecret))
  // A server that accepts this secret accepts any, and is not Mochi.
  const madeUp = bearer("mochi-discord-doctor")
  const signed = Effect.map(Clock.currentTimeMillis, nowMillis => {
    const signer = { seed: mochi.privateKey, application: mochi.applicationName }
    const headers: Readonly<Record<string, string>> = signedHeaders({ ...signer, nowMillis })
    return Option.match(mochi.apiKey, {
      onNone: () => headers,
      onSome: key => ({ ...headers, authorization: `Basic ${Redacted.value(key)}` })
    })
  })
  const health = { name: "mochi.pay health", url: `${pay.root}/health`, reads: Option.some<string> }
  const applications = {
    name: "mochi.pay applications",
    url: `${pay.api}/profiles/0/applications`,
    reads: asList
  }
  const person = {
    name: "mochi.profile profileByDiscord",
    url: `${profile.api}/profiles/get-by-discord/0?no_fetch_amount=true`,
    reads: asProfile
  }
  const request = {
    name: "mochi.pay request",
    url: `${pay.api}/applications/0/requests/doctor`,
    reads: asRequest
  }
  return {
    payHealth: get(health, Effect.succeed({})),
    payBearer: get(applications, ours),
    payMadeUp: get(applications, madeUp),
    profileBearer: get(person, ours),
    profileMadeUp: get(person, madeUp),
    paySignature: get(request, signed)
  }
}

interface Question {
  readonly name: string
  readonly url: string
  /** Reads the body of a 2xx. */
  readonly reads: Reads
}

type Reads = (body: string) => Option.Option<unknown>

const reading = <A, I>(schema: Schema.Schema<A, I>): Reads =>
  Schema.decodeUnknownOption(Schema.parseJson(schema))

const fields = Schema.Record({ key: Schema.String, value: Schema.Unknown })
const asList = reading(Schema.Struct({ data: Schema.NullOr(Schema.Array(Schema.Unknown)) }))
const asProfile = reading(fields)
const asRequest = reading(Schema.Struct({ data: fields }))
const asRefusal = reading(
  Schema.Union(Schema.Struct({ error: Schema.String }), Schema.Struct({ message: Schema.String }))
)

const get = (
  { name, reads, url }: Question,
  credentials: Effect.Effect<Readonly<Record<string, string>>>
): Effect.Effect<Probed> =>
  Effect.gen(function* () {
    const headers = {
      accept: "application/json",
      "user-agent": `mochi-discord/${version}`,
      ...(yield* traceparent),
      ...(yield* credentials)
    }
    const response = yield* Effect.tryPromise(signal => fetch(url, { headers, redirect: "manual", signal }))
    const now = yield* Clock.currentTimeMillis
    const date = Date.parse(response.headers.get("date") ?? "")
    const body = yield* Effect.tryPromise(() => textOf(response)).pipe(Effect.orElseSucceed(() => ""))
    return {
      status: response.status,
      isMochis: Option.isSome((response.ok ? reads : asRefusal)(body)),
      // The header has whole seconds; half a second is the likeliest remainder.
      clockOffset: Number.isNaN(date) ? Option.none() : Option.some(date + 500 - now)
    }
  }).pipe(Effect.timeout(patience), Effect.option, inSpan(name, { kind: "client" }))

/** Cuts a longer body off, which then does not have Mochi's form. */
const textOf = async (response: Response): Promise<string> => {
  const decoder = new TextDecoder()
  let text = ""
  for await (const part of response.body ?? []) {
    text += decoder.decode(part, { stream: true })
    if (text.length > longestAnswer) break
  }
  return text
}
