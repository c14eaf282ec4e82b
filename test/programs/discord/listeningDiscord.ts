import { HttpClient, HttpClientError, HttpClientRequest, HttpClientResponse } from "@effect/platform"
import { DiscordREST } from "dfx/DiscordREST"
import * as Discord from "dfx/types"
import { Effect, Layer, Option } from "effect"
import type { InteractionCalls } from "../../../src/adapters/discord/InteractionCalls.ts"
import type { DiscordFailure } from "../../../src/adapters/discord/RestErrors.ts"
import { failureOf } from "../../../src/adapters/discord/restFailure.ts"
import { ChannelId } from "../../../src/domain/Ids.ts"
import { answering } from "../../../src/adapters/discord/answering.ts"
import { Messenger, MessengerError } from "../../../src/ports/Messenger.ts"

export interface Call {
  /** `edit` of the answer, `follow-up`, `message` in a channel, or what else was called. */
  readonly call: string
  readonly body: string
}

/** Discord's own answer, or somebody else's with a status alone. */
export type Reply = { readonly status: number; readonly body: unknown } | { readonly page: number }

export const taken: Reply = { status: 200, body: { id: "1" } }

/** Discord's own word. */
export const refused = (code: number, status = 404): Reply => ({ status, body: { code, message: "no" } })

export const limited = (seconds: number): Reply => ({
  status: 429,
  body: { message: "slow", retry_after: seconds, global: false }
})

/** Discord and its direct messages, as `Rest` gives them; remembers its calls, in order. */
export const listeningDiscord = (
  reply: (call: Call, count: number) => Effect.Effect<Reply>,
  opensDms = true
) => {
  const calls: Array<Call> = []
  const heard = (call: string, body: string) =>
    Effect.suspend(() => {
      const one = { call, body }
      calls.push(one)
      return reply(one, calls.filter(other => other.call === call).length)
    })
  const client = HttpClient.makeWith<never, never, HttpClientError.HttpClientError, never>(
    sent =>
      Effect.gen(function* () {
        const request = yield* sent
        const call = callOf(`${request.method} ${request.url}`)
        const body = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""
        const answer = yield* heard(call, body)
        const safe = HttpClientRequest.make(request.method)(`/${call}`)
        if ("page" in answer)
          return yield* new HttpClientError.ResponseError({
            request: safe,
            response: HttpClientResponse.fromWeb(safe, new Response(null, { status: answer.page })),
            reason: "StatusCode"
          })
        return HttpClientResponse.fromWeb(safe, Response.json(answer.body, { status: answer.status }))
      }),
    Effect.succeed
  )
  const answered = (call: string, body: unknown): Effect.Effect<void, DiscordFailure> =>
    Effect.flatMap(heard(call, JSON.stringify(body)), (answer): Effect.Effect<void, DiscordFailure> => {
      const page = "page" in answer
      const status = page ? answer.page : answer.status
      const bytes = Buffer.from(page ? "<html>" : JSON.stringify(answer.body))
      return status < 300
        ? Effect.void
        : failureOf({ method: call, route: "/" }, { _tag: "Answered", status, headers: {}, bytes })
    })
  const interactions: InteractionCalls["Type"] = {
    acknowledge: (_interaction, _token, first) => answered("callback", first),
    edit: (_bot, _token, message) => answered("edit", message),
    followUp: (_bot, _token, message) => answered("follow-up", message)
  }
  const rest = DiscordREST.of({
    ...Discord.make(client),
    withFormData: () => effect => effect,
    withFiles: () => effect => effect
  })
  const layer = Layer.mock(Messenger, {
    ...answering(rest, interactions),
    canOfferButtons: () => true,
    about: () => "nothing else",
    openDm: () =>
      opensDms
        ? Effect.succeed(ChannelId.make("1"))
        : new MessengerError({
            reason: "Unreachable",
            code: 50_007,
            retryAfterMillis: Option.none(),
            mayHaveHappened: false
          })
  })
  return { calls, layer }
}

const callOf = (route: string): string =>
  /^POST .*channels\/[^/]+\/messages$/.test(route) ? "message" : route
