import { createServer, type IncomingHttpHeaders } from "node:http"
import { DiscordREST } from "dfx/DiscordREST"
import type { DiscordRestService } from "dfx/DiscordREST"
import { Effect, Layer, Redacted } from "effect"
import type { Scope } from "effect"
import type { BotToken } from "../../../src/adapters/discord/BotToken.ts"
import { InteractionCalls } from "../../../src/adapters/discord/InteractionCalls.ts"
import * as Rest from "../../../src/adapters/discord/Rest.ts"
import { readSettings, Settings } from "../../../src/config/Settings.ts"

export const botToken = "the-bot-token"

export interface Heard {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly at: number
}

export type Reply =
  | { readonly status: number; readonly body?: unknown; readonly headers?: Record<string, string> }
  | "hang"
  | "reset"

export interface Loopback {
  readonly url: string
  readonly heard: Array<Heard>
}

/** A server that answers whatever `reply` says, and remembers what it heard. */
export const loopback = (
  reply: (heard: Heard, count: number) => Reply
): Effect.Effect<Loopback, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<Loopback & { readonly close: () => void }>(resume => {
      const heard: Array<Heard> = []
      const server = createServer((request, response) => {
        const chunks: Array<Buffer> = []
        request.on("data", chunk => chunks.push(chunk))
        request.on("end", () => {
          const { method = "", url = "", headers } = request
          const one = { method, url, headers, body: Buffer.concat(chunks).toString(), at: Date.now() }
          heard.push(one)
          const answer = reply(one, heard.length)
          if (answer === "hang") return
          if (answer === "reset") return void request.socket.resetAndDestroy()
          const raw = typeof answer.body === "string"
          response.writeHead(answer.status, {
            "content-type": raw ? "text/html" : "application/json",
            ...answer.headers
          })
          response.end(
            answer.body === undefined ? undefined : raw ? String(answer.body) : JSON.stringify(answer.body)
          )
        })
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        const close = () => {
          server.close()
          server.closeAllConnections()
        }
        resume(Effect.succeed({ url: `http://127.0.0.1:${port}/api/v10`, heard, close }))
      })
    }),
    ({ close }) => Effect.sync(close)
  )

export const settings = (apiBaseUrl: string, token = botToken): Layer.Layer<Settings> =>
  Layer.effect(
    Settings,
    Effect.orDie(
      readSettings({
        DISCORD_BOT_TOKEN: token,
        DISCORD_API_BASE_URL: apiBaseUrl,
        MOCHI_APP_PRIVATE_KEY: "11".repeat(32),
        MOCHI_PAY_API_BASE_URL: "http://127.0.0.1:1",
        MOCHI_BOT_SECRET: "secret",
        MOCHI_WEBHOOK_SECRETS: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
      })
    )
  )

export const restAt = (url: string): Layer.Layer<DiscordREST | BotToken | InteractionCalls> =>
  Rest.layer.pipe(Layer.provide(settings(url)))

/** Discord's REST interface at a server of the test's own, which answers whatever `reply` says. */
export const against = <A, E>(
  reply: (heard: Heard, count: number) => Reply,
  use: (at: {
    readonly rest: DiscordRestService
    readonly calls: InteractionCalls["Type"]
    readonly heard: ReadonlyArray<Heard>
  }) => Effect.Effect<A, E, BotToken | DiscordREST>
) =>
  Effect.gen(function* () {
    const { heard, url } = yield* loopback(reply)
    return yield* Effect.zip(DiscordREST, InteractionCalls).pipe(
      Effect.flatMap(([rest, calls]) => use({ rest, calls, heard })),
      Effect.provide(restAt(url))
    )
  })

export const channel = "123456789012345678"
export const interactionToken = "aW50ZXJhY3Rpb246c2VjcmV0"

export const callback = (calls: InteractionCalls["Type"]) =>
  calls.acknowledge(channel, Redacted.make(interactionToken), { type: 5, data: { flags: 64 } })
