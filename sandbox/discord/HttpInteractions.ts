import { sign } from "node:crypto"
import { Effect, Schema } from "effect"
import type { Interaction } from "./Interactions.ts"
import { decodeBody } from "./Multipart.ts"
import type { Payload } from "./Model.ts"
import type { State } from "./State.ts"

/** The endpoint failed Discord's check, and Discord does not use it. */
export class EndpointRefused extends Schema.TaggedError<EndpointRefused>("mochi/sandbox/EndpointRefused")(
  "EndpointRefused",
  { why: Schema.String }
) {}

export interface HttpInteractions {
  readonly endpoint: () => string | null
  /** Sends interactions there from now on, without a check; null returns them to the gateway. */
  readonly use: (url: string | null) => void
  /** Checks the endpoint as Discord does: it must answer a PING and refuse a bad signature. Then uses it. */
  readonly save: (url: string) => Effect.Effect<void, EndpointRefused>
  readonly post: (interaction: Interaction, payload: Payload) => Effect.Effect<void>
  /** A signed body, for requests that a test makes itself. `timestamp` is in seconds. */
  readonly signed: (
    body: string,
    timestamp?: number
  ) => { readonly "x-signature-ed25519": string; readonly "x-signature-timestamp": string }
}

export const makeHttpInteractions = (state: State, initial: string | null): HttpInteractions => {
  let endpoint = initial

  const signed: HttpInteractions["signed"] = (body, timestamp = Math.floor(state.clock.now() / 1000)) => ({
    "x-signature-ed25519": sign(null, Buffer.from(`${timestamp}${body}`), state.settings.privateKey).toString(
      "hex"
    ),
    "x-signature-timestamp": String(timestamp)
  })
  const request = (url: string, body: string, headers: Readonly<Record<string, string>>) =>
    Effect.tryPromise(async signal => {
      const response = await fetch(url, {
        method: "POST",
        body,
        signal,
        redirect: "manual",
        headers: {
          "content-type": "application/json",
          "user-agent": "Discord-Interactions/1.0 (+https://discord.com)",
          ...headers
        }
      })
      const type = response.headers.get("content-type") ?? undefined
      return { status: response.status, type, bytes: Buffer.from(await response.arrayBuffer()) }
    })

  const save = Effect.fn("FakeDiscord.saveEndpoint")(function* (url: string) {
    const ping = JSON.stringify({
      id: state.newId(),
      application_id: state.world.bot.id,
      type: 1,
      token: "ping",
      version: 1
    })
    const refuse = (why: string) => () => new EndpointRefused({ why })
    const good = yield* request(url, ping, signed(ping)).pipe(
      Effect.mapError(refuse("PING was not answered"))
    )
    const pong = yield* Effect.tryPromise(() => decodeBody(good.bytes, good.type)).pipe(
      Effect.mapError(refuse("PING was not answered with JSON"))
    )
    if (good.status !== 200 || JSON.stringify(pong.body) !== '{"type":1}')
      return yield* refuse("PING was not answered")()
    const headers = { ...signed(ping), "x-signature-ed25519": "00".repeat(64) }
    const bad = yield* request(url, ping, headers).pipe(Effect.mapError(refuse("the probe was not answered")))
    if (bad.status !== 401) return yield* refuse(`a bad signature was answered ${bad.status}, not 401`)()
    endpoint = url
  })

  const post = Effect.fn("FakeDiscord.postInteraction")(function* (
    interaction: Interaction,
    payload: Payload
  ) {
    if (endpoint === null) return
    const body = JSON.stringify(payload)
    const answer = yield* Effect.either(request(endpoint, body, signed(body)))
    if (answer._tag === "Left")
      return state.interactions.fail(interaction, "the endpoint could not be reached")
    const { bytes, status, type } = answer.right
    // After a 202 without a body the answer comes by the callback route.
    if (status === 202) return
    if (status !== 200) return state.interactions.fail(interaction, `the endpoint answered ${status}`)
    const decoded = yield* Effect.tryPromise(() => decodeBody(bytes, type)).pipe(Effect.option)
    if (decoded._tag === "None")
      return state.interactions.fail(interaction, "the endpoint did not answer with JSON")
    yield* state.interactions
      .acknowledge(interaction.id, interaction.token, decoded.value.body, decoded.value.files, "http")
      .pipe(
        Effect.catchAll(error =>
          Effect.sync(() =>
            state.interactions.fail(interaction, `${error.code} ${JSON.stringify(error.body)}`)
          )
        )
      )
  })

  return {
    endpoint: () => endpoint,
    use: url => {
      endpoint = url
    },
    save,
    post,
    signed
  }
}
