import { DateTime, Effect, Layer, Option, Redacted } from "effect"
import * as AtomicSql from "../../src/adapters/postgres/AtomicSql.ts"
import * as AuditLogSql from "../../src/adapters/postgres/AuditLogSql.ts"
import * as ClaimsSql from "../../src/adapters/postgres/ClaimsSql.ts"
import * as KudosIntentsSql from "../../src/adapters/postgres/KudosIntentsSql.ts"
import * as NotificationLogSql from "../../src/adapters/postgres/NotificationLogSql.ts"
import * as OutboxPgBoss from "../../src/adapters/postgres/OutboxPgBoss.ts"
import * as PeopleSql from "../../src/adapters/postgres/PeopleSql.ts"
import * as PersonalDataSql from "../../src/adapters/postgres/PersonalDataSql.ts"
import * as Pseudonyms from "../../src/adapters/postgres/Pseudonyms.ts"
import * as RateLimitsSql from "../../src/adapters/postgres/RateLimitsSql.ts"
import * as TransferRequestsSql from "../../src/adapters/postgres/TransferRequestsSql.ts"
import * as UsageLogSql from "../../src/adapters/postgres/UsageLogSql.ts"
import * as Ids from "../../src/domain/Ids.ts"
import type { Party, RequestFacts, TransferRequest } from "../../src/domain/TransferRequest.ts"
import { Claims } from "../../src/ports/Claims.ts"
import { MochiError } from "../../src/ports/MochiError.ts"
import { MochiProfiles } from "../../src/ports/MochiProfiles.ts"
import { NotificationLog } from "../../src/ports/NotificationLog.ts"
import { Outbox } from "../../src/ports/Outbox.ts"
import { People } from "../../src/ports/People.ts"
import { TransferRequests } from "../../src/ports/TransferRequests.ts"
import { Audit } from "../../src/services/Audit.ts"
import { used } from "../stores/conclusions.ts"
import { Privacy } from "../../src/services/Privacy.ts"
import { KudosIntents } from "../../src/ports/KudosIntents.ts"
import { draft, settings } from "../adapters/mochi/mochiClients.ts"
import { leaseRenewedOnUse } from "../support/leases.ts"
import * as TestDatabase from "../support/postgres.ts"

export interface Someone {
  readonly id: Ids.UserId
  readonly profile: Ids.ProfileId
}

/** Whose messages they see. */
export const bot = Ids.BotId.make("1100000000000000001")

export let count = 0
/** Nobody of an earlier test. */
export const someone = (name: string): Someone => {
  count += 1
  return {
    id: Ids.UserId.make(`7654321098765${String(count).padStart(4, "0")}`),
    profile: Ids.ProfileId.make(`profile-of-${name}-${count}`)
  }
}

export const party = ({ id, profile }: Someone): Party => ({
  userId: Option.some(id),
  profileId: Option.some(profile)
})

const base = Layer.merge(
  TestDatabase.layer,
  Layer.merge(Pseudonyms.layer, settings("http://127.0.0.1:1")).pipe(
    Layer.provide(settings("http://127.0.0.1:1"))
  )
)

/** Who is linked to which profile at Mochi, and for whom it does not answer. */
export const atMochi = {
  linked: new Map<Ids.ProfileId, Ids.UserId>(),
  silentFor: new Set<Ids.UserId>()
}

const profiles = Layer.succeed(
  MochiProfiles,
  MochiProfiles.of({
    byUserId: id =>
      atMochi.silentFor.has(id)
        ? new MochiError({
            operation: "profile_by_discord",
            reason: "Unavailable",
            status: Option.none(),
            mayHaveHappened: false,
            cause: Option.none()
          })
        : Effect.succeed(
            Option.map(
              Option.fromNullable([...atMochi.linked].find(([, linked]) => linked === id)),
              ([profile]) => ({ id: profile, name: "somebody", userId: Option.some(id) })
            )
          ),
    byId: profile =>
      Effect.succeed(
        Option.map(Option.fromNullable(atMochi.linked.get(profile)), id => ({
          id: profile,
          name: "somebody",
          userId: Option.some(id)
        }))
      ),
    reachable: Effect.succeed(true)
  })
)
const stores = Layer.mergeAll(
  AtomicSql.layer,
  AuditLogSql.layer,
  ClaimsSql.layer,
  KudosIntentsSql.layer,
  NotificationLogSql.layer,
  OutboxPgBoss.layer,
  PeopleSql.layer,
  PersonalDataSql.layer,
  RateLimitsSql.layer,
  TransferRequestsSql.layer,
  UsageLogSql.layer,
  profiles
).pipe(Layer.provideMerge(leaseRenewedOnUse(1)), Layer.provideMerge(base))

export const underTest = Layer.mergeAll(Privacy.Default, Audit.Default).pipe(Layer.provideMerge(stores))

export const factsOf = (owner: Someone, requester: Someone, recipient: Someone): RequestFacts => ({
  applicationName: "DAO",
  vaultName: `Vault of ${requester.id}`,
  amount: "10.5",
  symbol: "USDC",
  usd: Option.none(),
  chain: Option.none(),
  reason: Option.some(`For <@${recipient.id}>, from <@${owner.id}>`),
  owner: party(owner),
  requester: party(requester),
  recipient: party(recipient),
  expiresAt: Option.none(),
  communityId: Option.some(Ids.CommunityId.make("1")),
  channelId: Option.some(Ids.ChannelId.make("2"))
})

/** Everything that the service ever stores, about three people: a request from intent to delivery. */
export const lived = (owner: Someone, requester: Someone, recipient: Someone) =>
  Effect.gen(function* () {
    count += 1
    const key = {
      applicationId: Ids.ApplicationId.make("7"),
      code: Ids.RequestCode.make(`REQ-${count}-${requester.profile}`.slice(0, 8) + count)
    }
    const interactionId = Ids.InteractionId.make(`90000${count}1`)
    const claims = yield* Claims
    for (const [index, person] of [owner, requester, recipient].entries()) {
      yield* claims.claim({
        id: index === 1 ? interactionId : Ids.InteractionId.make(`90000${count}${index}`),
        userId: person.id,
        token: Redacted.make(`token of ${person.id}`),
        locale: Option.some("de"),
        awaitsAnswer: true,
        limit: "kudos"
      })
      const people = yield* People
      yield* people.rememberDmChannel(person.id, Ids.ChannelId.make(`9${index}`), bot)
      const audit = yield* Audit
      yield* audit.record({ actor: person.id, action: "kudos", outcome: "success", request: key })
      yield* claims.conclude(used({ user: person.id, communityId: Option.none(), command: "kudos" }))
    }
    const intents = yield* KudosIntents
    const asked = draft(requester.profile, recipient.profile, "7", "vault")
    yield* intents.store(
      {
        ...asked,
        interactionId,
        sender: { ...asked.sender, userId: requester.id },
        recipient: { ...asked.recipient, userId: recipient.id },
        reason: Option.some("a reason that nobody else may keep")
      },
      Option.none()
    )
    const requests = yield* TransferRequests
    const request: TransferRequest = {
      key,
      status: "approved",
      facts: Option.some(factsOf(owner, requester, recipient)),
      settlement: Option.some({ by: party(owner), at: DateTime.unsafeMake("2026-01-01T00:00:00Z") }),
      interactionId: Option.some(interactionId),
      origin: Option.none()
    }
    yield* requests.save(request)
    yield* requests.addAnswer(key, { interactionId, view: "kudos" })
    for (const audience of ["owner", "requester", "recipient"] as const)
      yield* requests.show(key, audience, {
        channelId: Ids.ChannelId.make("90"),
        messageId: Option.none(),
        place: "dm",
        status: "approved",
        isOutdated: false,
        bot: Option.some(bot)
      })
    const log = yield* NotificationLog
    const [added] = yield* log.add(key, "approved", [{ audience: "recipient", kind: "kudos_received" }])
    yield* (yield* Outbox).put([
      { _tag: "Deliver", notification: added!.id, request: key, audience: "recipient" }
    ])
    return { key, request, interactionId }
  })
