import { Context, Effect, Layer, Option, Ref, Schema } from "effect"
import * as MochiHttp from "../../../src/adapters/mochi/MochiHttp.ts"
import * as MochiPayHttp from "../../../src/adapters/mochi/MochiPayHttp.ts"
import * as MochiProfilesHttp from "../../../src/adapters/mochi/MochiProfilesHttp.ts"
import { layer as settingsLayer, readSettings } from "../../../src/config/Settings.ts"
import type { Environment } from "../../../src/config/Settings.ts"
import * as Ids from "../../../src/domain/Ids.ts"
import type { KudosDraft } from "../../../src/domain/Kudos.ts"
import * as PlayedConnections from "./playedConnections.ts"
import type { Sent } from "./playedConnections.ts"
import { publicKeyOf } from "../../../sandbox/mochi/ed25519.ts"

export const seed = Buffer.alloc(32, 7)
export const botPublicKey = publicKeyOf(seed).toString("hex")
export const botSecret = "bearer-secret-of-the-bot"

export const settings = (url: string, more: Environment = {}) =>
  Layer.unwrapEffect(
    readSettings({
      DISCORD_BOT_TOKEN: "token",
      MOCHI_APP_PRIVATE_KEY: seed.toString("hex"),
      MOCHI_BOT_SECRET: botSecret,
      MOCHI_PAY_API_BASE_URL: url,
      MOCHI_WEBHOOK_SECRETS: `whsec_${Buffer.from("secret").toString("base64")}`,
      ...more
    }).pipe(Effect.map(settingsLayer), Effect.orDie)
  )

/** Both clients over real sockets. */
export const clients = (url: string, more?: Environment) =>
  Layer.mergeAll(MochiPayHttp.layer, MochiProfilesHttp.layer).pipe(Layer.provide(settings(url, more)))

export type Step =
  | { readonly status: number; readonly body?: string; readonly headers?: Record<string, string> }
  | "refused connection"
  | "reset"
  | "silence"
  /** a 200, or a 400, whose body never ends */
  | "stalled body"
  | "stalled refusal"

export class Script extends Context.Tag("test/Script")<
  Script,
  { readonly sent: Effect.Effect<ReadonlyArray<Sent>> }
>() {}

/** Both clients over a transport that plays `steps` in turn, the last one again and again. */
export const scripted = (steps: ReadonlyArray<Step>, more?: Environment) => {
  const sent = Ref.unsafeMake<ReadonlyArray<Sent>>([])
  const connections = PlayedConnections.layer(request =>
    Effect.gen(function* () {
      const number = (yield* Ref.updateAndGet(sent, all => [...all, request])).length
      const step = steps[number - 1] ?? steps.at(-1) ?? "silence"
      if (step === "silence") return yield* Effect.never
      if (step === "stalled body" || step === "stalled refusal") {
        const status = step === "stalled body" ? 200 : 400
        return new Response(new ReadableStream(), { status })
      }
      if (typeof step === "object") {
        const { body = "", headers = {}, status } = step
        return new Response(body, { status, headers })
      }
      const error = new Error(`failed: ${request.headers["authorization"]}`)
      return yield* step === "reset"
        ? Effect.fail({ code: "ECONNRESET", hasBegun: true, error })
        : Effect.fail({ code: "ECONNREFUSED", hasBegun: false, error })
    })
  )
  return Layer.mergeAll(MochiPayHttp.layerWithoutHttp, MochiProfilesHttp.layerWithoutHttp).pipe(
    Layer.provide(MochiHttp.layerWithoutConnections),
    Layer.provide(connections),
    Layer.provide(settings("https://mochi.example", more)),
    Layer.merge(Layer.succeed(Script, { sent: Ref.get(sent) }))
  )
}

export const profileId = Schema.decodeSync(Ids.ProfileId)
export const applicationId = Schema.decodeSync(Ids.ApplicationId)
export const vaultId = Schema.decodeSync(Ids.VaultProfileId)
export const code = Schema.decodeSync(Ids.RequestCode)
export const interactionId = Schema.decodeSync(Ids.InteractionId)("1200000000000000001")
export const userId = Schema.decodeSync(Ids.UserId)

export const draft = (sender: string, recipient: string, application: string, vault: string): KudosDraft => ({
  interactionId,
  sender: {
    userId: userId("184027593016284160"),
    profile: { id: profileId(sender), name: "ada", userId: Option.none() }
  },
  recipient: {
    userId: userId("80351110224678912"),
    profile: { id: profileId(recipient), name: "grace", userId: Option.none() }
  },
  application: { id: applicationId(application), name: "DAO App" },
  vault: { id: vaultId(vault), name: "Community Vault" },
  holding: {
    token: {
      id: Schema.decodeSync(Ids.TokenId)("1"),
      symbol: "USDC",
      name: "USD Coin",
      decimals: 6,
      price: Option.none(),
      chain: Option.none()
    },
    available: { baseUnits: 1_000_000_000n, decimals: 6 }
  },
  amount: { baseUnits: 10_500_000n, decimals: 6 },
  reason: Option.some("thank you"),
  communityId: Option.none(),
  channelId: Option.some(Schema.decodeSync(Ids.ChannelId)("1200000000000000009"))
})

export const apiKey = "api-key-of-the-bot"

export const hasSecret = (text: string): boolean =>
  [botSecret, apiKey, seed.toString("hex"), seed.toString("base64")].some(secret => text.includes(secret))
