import { Effect, Option, Schema } from "effect"
import type { Headers } from "./authorise.ts"
import type { Bank } from "./Bank.ts"
import type { Json, JsonObject } from "./Json.ts"
import * as Steps from "./ledger.ts"
import { Refused } from "./Refused.ts"
import type { Route } from "./routes.ts"
import { mayRequest, type Profile } from "./World.ts"
import * as Wire from "./wire.ts"

export interface Call {
  readonly route: Route
  readonly query: URLSearchParams
  readonly headers: Headers
  readonly body: string
}

export interface Reply {
  readonly status: number
  readonly body: Json
}

/** Does the work of one authorised call. */
export const handle = (bank: Bank, words: Wire.StatusWords, call: Call): Effect.Effect<Reply, Refused> => {
  const { params, operation } = call.route
  switch (operation) {
    case "health":
      return Effect.succeed({ status: 200, body: { status: "ok" } })
    case "profileByDiscord":
      return findProfile(bank, profile => hasDiscordAccount(profile, params.discordId))
    case "profile":
      return findProfile(bank, profile => profile.id === params.profileId)
    case "applications":
      return applications(bank, params.profileId)
    case "vaults":
      return vaults(bank, params.profileId, params.applicationId)
    case "balances":
      return balances(bank, params)
    case "createTransferRequest":
      return create(bank, words, call)
    case "transferRequests":
      return list(bank, words, call)
    case "approve":
      return decide(bank, words, call, "success")
    case "reject":
      return decide(bank, words, call, "rejected")
    case "request":
      return bank.ledger.pipe(
        Effect.flatMap(ledger => Steps.requestOf(ledger, params.applicationId, params.code)),
        Effect.map(request => data(Wire.requestJson(request, words)))
      )
  }
}

const data = (value: Json, more: JsonObject = {}): Reply => ({ status: 200, body: { data: value, ...more } })

const hasDiscordAccount = (profile: Profile, discordId: string): boolean =>
  profile.accounts.some(account => account.platform === "discord" && account.identifier === discordId)

const findProfile = Effect.fnUntraced(function* (bank: Bank, wanted: (profile: Profile) => boolean) {
  const { world } = yield* bank.ledger
  const profile = world.profiles.find(wanted)
  return profile === undefined
    ? yield* new Refused({ status: 404, reason: "profile not found" })
    : { status: 200, body: Wire.profileJson(profile) }
})

const applications = Effect.fnUntraced(function* (bank: Bank, profileId: string) {
  const ledger = yield* bank.ledger
  if (!ledger.world.profiles.some(profile => profile.id === profileId)) {
    return yield* new Refused({ status: 404, reason: "profile not found" })
  }
  const own = ledger.world.applications.filter(application => mayRequest(application, profileId))
  return data(own.map(Wire.applicationJson), { pagination: { page: 0, size: 50, total: own.length } })
})

const vaults = Effect.fnUntraced(function* (bank: Bank, profileId: string, applicationId: string) {
  const application = yield* Steps.applicationFor(yield* bank.ledger, profileId, applicationId)
  return data(application.vaults.map(vault => Wire.vaultJson(application, vault)))
})

const balances = Effect.fnUntraced(function* (bank: Bank, params: Route["params"]) {
  const ledger = yield* bank.ledger
  const vault = yield* Steps.vaultFor(ledger, params.profileId, params.applicationId, params.vaultProfileId)
  return data(
    ledger.world.tokens.flatMap(token =>
      Option.match(Steps.balanceOf(ledger, vault.profileId, token.id), {
        onNone: () => [],
        onSome: amount => [Wire.balanceJson(token, amount)]
      })
    )
  )
})

const Id = Schema.Union(Schema.NonEmptyString, Schema.Int)

/** The fake is stricter than the real Mochi in order to find a client's mistakes. */
const CreateBody = Schema.parseJson(
  Schema.Struct({
    recipient_profile_id: Id,
    token_id: Id,
    token_amount: Schema.String.pipe(Schema.pattern(/^[1-9]\d{0,77}$/)),
    description: Schema.optional(Schema.String),
    requester_metadata: Schema.Struct({
      platform: Schema.Literal("discord"),
      discord_user_id: Schema.String.pipe(Schema.pattern(/^\d{15,20}$/)),
      guild_id: Schema.optional(Schema.String),
      channel_id: Schema.optional(Schema.String),
      interaction_id: Schema.NonEmptyString
    })
  })
)

const create = Effect.fnUntraced(function* (bank: Bank, words: Wire.StatusWords, call: Call) {
  if (!(call.headers["content-type"] ?? "").startsWith("application/json")) {
    return yield* new Refused({ status: 400, reason: "Content-Type must be application/json" })
  }
  const body = yield* Schema.decode(CreateBody)(call.body).pipe(
    Effect.mapError(cause => new Refused({ status: 400, reason: `invalid body: ${cause.message}` }))
  )
  const { guild_id, channel_id, ...metadata } = body.requester_metadata
  const { params } = call.route
  const request = yield* bank.create(
    {
      applicationId: params.applicationId,
      vaultProfileId: params.vaultProfileId,
      requesterProfileId: params.profileId,
      recipientProfileId: String(body.recipient_profile_id),
      tokenId: String(body.token_id),
      amount: BigInt(body.token_amount),
      description: body.description,
      requesterMetadata: {
        ...metadata,
        ...(guild_id === undefined ? {} : { guild_id }),
        ...(channel_id === undefined ? {} : { channel_id })
      }
    },
    Option.map(Option.fromNullable(call.headers["idempotency-key"]), key => ({
      key,
      fingerprint: `${JSON.stringify(params)}${call.body}`
    })),
    call.headers["traceparent"]
  )
  return { status: 201, body: { data: Wire.requestJson(request, words) } }
})

const list = Effect.fnUntraced(function* (bank: Bank, words: Wire.StatusWords, call: Call) {
  const { params } = call.route
  const page = Number(call.query.get("page") || "0")
  const size = Number(call.query.get("size") || "50")
  if (!Number.isInteger(page) || page < 0 || !Number.isInteger(size) || size < 1 || size > 100) {
    return yield* new Refused({ status: 400, reason: "page counts from 0, size is 1 to 100" })
  }
  const ledger = yield* bank.ledger
  const vault = yield* Steps.vaultFor(ledger, params.profileId, params.applicationId, params.vaultProfileId)
  const status = call.query.get("status") ?? ""
  const all = Steps.requestsNewestFirst(ledger).filter(
    request =>
      request.vaultProfileId === vault.profileId && (status === "" || words[request.status] === status)
  )
  return data(
    all.slice(page * size, (page + 1) * size).map(request => Wire.requestJson(request, words)),
    { pagination: { page, size, total: all.length } }
  )
})

const decide = Effect.fnUntraced(function* (
  bank: Bank,
  words: Wire.StatusWords,
  call: Call,
  status: "success" | "rejected"
) {
  const { profileId, applicationId, code } = call.route.params
  const request = yield* bank.decide({ profileId, applicationId, code, status }, call.headers["traceparent"])
  return data(Wire.requestJson(request, words))
})
