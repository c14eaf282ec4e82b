import { Effect } from "effect"
import * as FakeMochi from "../../../sandbox/mochi/FakeMochi.ts"
import { generateKeyPair, signBytes } from "../../../sandbox/mochi/ed25519.ts"
import type { Operation } from "../../../sandbox/mochi/routes.ts"
import { ADA, GRACE, LINUS } from "../../../sandbox/people.ts"

export const BOT_KEYS = generateKeyPair()
export const BOT_SECRET = "a-bearer-secret"
export const BEARER = { authorization: `Bearer ${BOT_SECRET}` }

export const ada = ADA.profileId!
export const grace = GRACE.profileId!
export const linus = LINUS.profileId!

export const start = (options: Partial<FakeMochi.FakeMochiOptions> = {}) =>
  FakeMochi.make({ botSecret: BOT_SECRET, botPublicKey: BOT_KEYS.publicKey.toString("hex"), ...options })

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** parsed, when it is JSON */
  readonly json: unknown
}

/** Fails with the connection's error when no whole answer comes. */
export const call = (
  fake: FakeMochi.FakeMochi,
  method: string,
  path: string,
  headers: Record<string, string> = BEARER,
  body?: unknown
) =>
  Effect.tryPromise(async (signal): Promise<Answer> => {
    const response = await fetch(`${fake.url}${path}`, {
      method,
      signal,
      headers: body === undefined ? headers : { "content-type": "application/json", ...headers },
      body: body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body)
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, json: parse(text) }
  })

export const signed = (
  message = String(Math.floor(Date.now() / 1000)),
  signature = signBytes(BOT_KEYS.seed, Buffer.from(message)).toString("hex")
): Record<string, string> => ({
  "x-message": message,
  "x-signature": signature,
  "x-application": "Mochi"
})

export const vaultPath = (profileId = ada, applicationId = "123", vaultProfileId = "70011") =>
  `/api/v1/profiles/${profileId}/applications/${applicationId}/vaults/${vaultProfileId}`

export const decisionPath = (
  code: string,
  verdict: "approved" | "rejected",
  profileId = linus,
  app = "123"
) => `/api/v1/profiles/${profileId}/applications/${app}/requests/${code}/${verdict}`

export const createBody = (interactionId: string, fields: Record<string, unknown> = {}) => ({
  recipient_profile_id: grace,
  token_id: "1",
  token_amount: "10500000",
  description: "Thank you",
  requester_metadata: {
    platform: "discord",
    discord_user_id: ADA.id,
    guild_id: "81384788765712384",
    channel_id: "381870553235193857",
    interaction_id: interactionId
  },
  ...fields
})

export const create = (
  fake: FakeMochi.FakeMochi,
  interactionId: string,
  fields: Record<string, unknown> = {},
  headers: Record<string, string> = {}
) =>
  call(
    fake,
    "POST",
    `${vaultPath()}/transfer-requests`,
    { ...BEARER, "idempotency-key": interactionId, ...headers },
    createBody(interactionId, fields)
  )

export const only = (operation: Operation) => [operation]

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
