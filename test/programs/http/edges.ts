import { NodeHttpServer } from "@effect/platform-node"
import { Effect, Layer, Option } from "effect"
import type { Tracer } from "effect"
import { generateKeyPairSync, sign } from "node:crypto"
import type { Server as NodeServer } from "node:http"
import * as InteractionSignaturesEd25519 from "../../../src/adapters/discord/InteractionSignaturesEd25519.ts"
import * as WebhookSignaturesStandard from "../../../src/adapters/mochi/WebhookSignaturesStandard.ts"
import * as BoundedServer from "../../../src/adapters/process/boundedServer.ts"
import * as LivenessInMemory from "../../../src/adapters/process/LivenessInMemory.ts"
import * as ReadinessInMemory from "../../../src/adapters/process/ReadinessInMemory.ts"
import { layer as settingsLayer, readSettings } from "../../../src/config/Settings.ts"
import { ExportHealth } from "../../../src/ports/ExportHealth.ts"
import type { SignalHealth } from "../../../src/ports/ExportHealth.ts"
import { FirstAnswer } from "../../../src/domain/Screen.ts"
import type { Respond } from "../../../src/programs/discord/conversation.ts"
import { InteractionRouter } from "../../../src/programs/discord/InteractionRouter.ts"
import * as HttpInteractions from "../../../src/programs/discord/overHttp.ts"
import { BodyRoom } from "../../../src/programs/http/httpBody.ts"
import { Handlers } from "../../../src/programs/http/Endpoint.ts"
import * as Server from "../../../src/programs/http/Server.ts"
import * as Health from "../../../src/programs/upkeep/Health.ts"
import * as Webhooks from "../../../src/programs/webhooks/Webhooks.ts"
import { generateHmacSecret, signedHeaders } from "../../../sandbox/mochi/webhookSigning.ts"
import { Intake } from "../../../src/services/Intake.ts"
import { recording } from "../../support/recording.ts"

const { privateKey, publicKey } = generateKeyPairSync("ed25519")
const rawKey = new Uint8Array(publicKey.export({ format: "der", type: "spki" }).subarray(-32))
const hmac = generateHmacSecret()

const off: SignalHealth = { state: "off" }

export const webhookHeaders = (body: string, change: { readonly timestamp?: number } = {}) =>
  signedHeaders({
    id: "msg_1",
    timestamp: change.timestamp ?? Math.floor(Date.now() / 1000),
    body,
    secrets: [hmac]
  })

export const interactionHeaders = (body: string, timestamp = Math.floor(Date.now() / 1000)) => ({
  "x-signature-ed25519": sign(null, Buffer.from(`${timestamp}${body}`), privateKey).toString("hex"),
  "x-signature-timestamp": String(timestamp)
})

/** A request as text; `announced` is the length it claims to have. */
export const requestText = (
  path: string,
  headers: Readonly<Record<string, string>>,
  body = "",
  announced: number | "chunked" = Buffer.byteLength(body)
) =>
  [
    `POST ${path} HTTP/1.1`,
    "Host: x",
    "Connection: close",
    announced === "chunked" ? "Transfer-Encoding: chunked" : `Content-Length: ${announced}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    "",
    body
  ].join("\r\n")

/** Both endpoints over real sockets; webhooks are accepted and interactions ponged, nothing is stored. */
export const edges = (
  spans: Array<Tracer.Span> = [],
  mostBytes = 32 * 1024 * 1024,
  handle: (respond: Respond) => Effect.Effect<unknown> = respond => Effect.ignore(respond(FirstAnswer.Pong()))
) =>
  Effect.gen(function* () {
    const settings = yield* readSettings({
      DISCORD_BOT_TOKEN: "token",
      DISCORD_INTERACTIONS: "http",
      DISCORD_PUBLIC_KEY: Buffer.from(rawKey).toString("hex"),
      MOCHI_APP_PRIVATE_KEY: "07".repeat(32),
      MOCHI_BOT_SECRET: "secret",
      MOCHI_PAY_API_BASE_URL: "http://mochi.example",
      MOCHI_WEBHOOK_SECRETS: hmac
    })
    const node: NodeServer = BoundedServer.make(() => undefined)
    const served = Layer.mergeAll(
      Server.layer([...Health.endpoints, Webhooks.endpoint, HttpInteractions.endpoint]),
      Health.layer,
      Webhooks.layer,
      HttpInteractions.layer
    ).pipe(
      Layer.provide(
        Layer.mergeAll(
          Handlers.layer,
          LivenessInMemory.layer,
          ReadinessInMemory.layer,
          WebhookSignaturesStandard.layer,
          InteractionSignaturesEd25519.layer(rawKey),
          Layer.succeed(ExportHealth, {
            signals: Effect.succeed({ traces: off, metrics: off, logs: off })
          }),
          Layer.mock(Intake, {
            _tag: "mochi/services/Intake",
            accept: () => Effect.succeed({ _tag: "Accepted", request: Option.none() })
          }),
          Layer.mock(InteractionRouter, {
            _tag: "mochi/programs/InteractionRouter",
            accept: (_, respond) => Effect.fork(handle(respond))
          })
        )
      ),
      Layer.provide(NodeHttpServer.layer(() => node, { host: "127.0.0.1", port: 0 })),
      Layer.provide(settingsLayer(settings)),
      Layer.provide(Layer.setTracer(yield* recording(spans))),
      Layer.provide(Layer.succeed(BodyRoom, { mostBytes, takenBytes: 0 }))
    )
    yield* Layer.build(served)
    yield* Effect.addFinalizer(() => Effect.sync(() => node.closeAllConnections()))
    const address = node.address()
    return typeof address === "object" && address !== null ? address.port : 0
  })
