import { SqlClient } from "@effect/sql"
import { expect, layer } from "@effect/vitest"
import { DateTime, Effect, Layer, Option, Redacted } from "effect"
import * as AtomicSql from "../../src/adapters/postgres/AtomicSql.ts"
import * as AuditLogSql from "../../src/adapters/postgres/AuditLogSql.ts"
import * as InteractionsSql from "../../src/adapters/postgres/InteractionsSql.ts"
import * as KudosIntentsSql from "../../src/adapters/postgres/KudosIntentsSql.ts"
import * as LeadershipSql from "../../src/adapters/postgres/LeadershipSql.ts"
import * as NotificationLogSql from "../../src/adapters/postgres/NotificationLogSql.ts"
import * as OutboxPgBoss from "../../src/adapters/postgres/OutboxPgBoss.ts"
import * as PeopleSql from "../../src/adapters/postgres/PeopleSql.ts"
import * as PersonalDataSql from "../../src/adapters/postgres/PersonalDataSql.ts"
import * as Pseudonyms from "../../src/adapters/postgres/Pseudonyms.ts"
import * as RateLimitsSql from "../../src/adapters/postgres/RateLimitsSql.ts"
import * as TransferRequestsSql from "../../src/adapters/postgres/TransferRequestsSql.ts"
import * as UsageSql from "../../src/adapters/postgres/UsageSql.ts"
import * as Ids from "../../src/domain/Ids.ts"
import { nobody } from "../../src/domain/TransferRequest.ts"
import type { Party, RequestFacts, TransferRequest } from "../../src/domain/TransferRequest.ts"
import { Interactions } from "../../src/ports/Interactions.ts"
import { MochiError } from "../../src/ports/MochiError.ts"
import { MochiProfiles } from "../../src/ports/MochiProfiles.ts"
import { NotificationLog } from "../../src/ports/NotificationLog.ts"
import { Outbox } from "../../src/ports/Outbox.ts"
import { People } from "../../src/ports/People.ts"
import { RateLimits } from "../../src/ports/RateLimits.ts"
import { TransferRequests } from "../../src/ports/TransferRequests.ts"
import { Journal } from "../../src/services/Journal.ts"
import { Privacy } from "../../src/services/Privacy.ts"
import { KudosIntents } from "../../src/ports/KudosIntents.ts"
import { draft, settings } from "../adapters/mochi/mochiClients.ts"
import { findInDatabase } from "../support/databaseSearch.ts"
import * as TestDatabase from "../support/postgres.ts"

interface Someone {
  readonly id: Ids.DiscordUserId
  readonly profile: Ids.ProfileId
}

let count = 0
/** Nobody of an earlier test. */
const bot = Ids.DiscordApplicationId.make("1100000000000000001")

const someone = (name: string): Someone => {
  count += 1
  return {
    id: Ids.DiscordUserId.make(`7654321098765${String(count).padStart(4, "0")}`),
    profile: Ids.ProfileId.make(`profile-of-${name}-${count}`)
  }
}

const party = ({ id, profile }: Someone): Party => ({
  discordUserId: Option.some(id),
  profileId: Option.some(profile)
})

const base = Layer.merge(
  TestDatabase.layer,
  Layer.merge(Pseudonyms.layer, settings("http://127.0.0.1:1")).pipe(
    Layer.provide(settings("http://127.0.0.1:1"))
  )
)

/** Mochi knows nobody, and is down for who has the id `down`. */
const profiles = Layer.succeed(
  MochiProfiles,
  MochiProfiles.of({
    byDiscordId: id =>
      id === down.id
        ? new MochiError({
            operation: "profile_by_discord",
            reason: "Unavailable",
            status: Option.none(),
            mayHaveHappened: false,
            cause: Option.none()
          })
        : Effect.succeedNone,
    byId: () => Effect.succeedNone,
    reachable: Effect.succeed(true)
  })
)
const down = someone("down")

const stores = Layer.mergeAll(
  AtomicSql.layer,
  AuditLogSql.layer,
  InteractionsSql.layer,
  KudosIntentsSql.layer,
  NotificationLogSql.layer,
  OutboxPgBoss.layer,
  PeopleSql.layer,
  PersonalDataSql.layer,
  RateLimitsSql.layer,
  TransferRequestsSql.layer,
  UsageSql.layer,
  profiles
).pipe(Layer.provideMerge(LeadershipSql.layer), Layer.provideMerge(base))

const underTest = Layer.mergeAll(Privacy.Default, Journal.Default).pipe(Layer.provideMerge(stores))

const factsOf = (owner: Someone, requester: Someone, recipient: Someone): RequestFacts => ({
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
  guildId: Option.some(Ids.GuildId.make("1")),
  channelId: Option.some(Ids.ChannelId.make("2"))
})

/** Everything that the service ever stores, about three people: a request from intent to delivery. */
const lived = (owner: Someone, requester: Someone, recipient: Someone) =>
  Effect.gen(function* () {
    const key = {
      applicationId: Ids.ApplicationId.make("7"),
      code: Ids.RequestCode.make(`REQ-${count}-${requester.profile}`.slice(0, 8) + count)
    }
    const interactionId = Ids.InteractionId.make(`90000${count}1`)
    const interactions = yield* Interactions
    for (const [index, person] of [owner, requester, recipient].entries()) {
      yield* interactions.claim({
        id: index === 1 ? interactionId : Ids.InteractionId.make(`90000${count}${index}`),
        userId: person.id,
        token: Redacted.make(`token of ${person.id}`),
        locale: Option.some("de"),
        awaitsAnswer: true
      })
      const people = yield* People
      yield* people.rememberDmChannel(person.id, Ids.ChannelId.make(`9${index}`), bot)
      const journal = yield* Journal
      yield* journal.deed({ actor: person.id, action: "kudos", outcome: "success", request: key })
      yield* journal.use({ user: person.id, guildId: Option.none(), command: "kudos" })
      yield* (yield* RateLimits).take(person.id, "kudos")
    }
    const intents = yield* KudosIntents
    const asked = draft(requester.profile, recipient.profile, "7", "vault")
    yield* intents.store(
      {
        ...asked,
        interactionId,
        sender: { ...asked.sender, discordUserId: requester.id },
        recipient: { ...asked.recipient, discordUserId: recipient.id },
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
        application: Option.some(bot)
      })
    const log = yield* NotificationLog
    const [added] = yield* log.add(key, "approved", [{ audience: "recipient", kind: "kudos_received" }])
    yield* (yield* Outbox).put([
      { _tag: "Deliver", notification: added!.id, request: key, audience: "recipient" }
    ])
    return { key, request, interactionId }
  })

layer(underTest)("a person's own data", it => {
  it.effect("is found in every place before the erasure and in none afterwards, ids and text alike", () =>
    Effect.gen(function* () {
      const [owner, requester, recipient] = [someone("owner"), someone("requester"), someone("recipient")]
      yield* lived(owner, requester, recipient)
      const privacy = yield* Privacy
      for (const person of [owner, requester, recipient]) {
        const before = yield* findInDatabase(person.id)
        expect(before.searched).toContain("pgboss.job")
        expect(before.found.length).toBeGreaterThanOrEqual(4)
        yield* privacy.erase(person.id, "person")
        expect((yield* findInDatabase(person.id)).found).toEqual([])
        expect((yield* findInDatabase(person.profile)).found).toEqual([])
      }
      expect((yield* findInDatabase("a reason that nobody else may keep")).found).toEqual([])
    })
  )

  it.effect("of others stays when one is erased, and so do the books", () =>
    Effect.gen(function* () {
      const [owner, requester, recipient] = [someone("owner"), someone("requester"), someone("recipient")]
      const { key, request } = yield* lived(owner, requester, recipient)
      yield* (yield* Privacy).erase(requester.id, "person")
      const left = Option.getOrThrow(yield* (yield* TransferRequests).find(key))
      const facts = Option.getOrThrow(left.facts)
      expect([facts.owner, facts.recipient]).toEqual([party(owner), party(recipient)])
      expect([facts.requester, facts.amount, facts.reason]).toEqual([nobody, "10.5", Option.none()])
      expect(left.settlement).toEqual(request.settlement)
      const sql = yield* SqlClient.SqlClient
      const [books] =
        yield* sql`select count(*)::int as deeds, count(distinct actor)::int as actors from audit_log
        where code = ${key.code}`
      expect(books).toEqual({ deeds: 3, actors: 3 })
    })
  )

  it.effect("stays erased when Mochi repeats who they were", () =>
    Effect.gen(function* () {
      const [owner, requester, recipient] = [someone("owner"), someone("requester"), someone("recipient")]
      const { request } = yield* lived(owner, requester, recipient)
      yield* (yield* Privacy).erase(recipient.id, "person")
      yield* (yield* TransferRequests).save({ ...request, status: "failed" })
      expect((yield* findInDatabase(recipient.profile)).found).toEqual([])
    })
  )

  it.effect("does not reset a limit, nor let an interaction be handled twice, by being erased", () =>
    Effect.gen(function* () {
      const [owner, requester, recipient] = [someone("owner"), someone("requester"), someone("recipient")]
      const { interactionId } = yield* lived(owner, requester, recipient)
      const limits = yield* RateLimits
      yield* Effect.replicateEffect(limits.take(requester.id, "kudos"), 20)
      yield* (yield* Privacy).erase(requester.id, "person")
      expect(Option.isSome(yield* limits.take(requester.id, "kudos"))).toBe(true)
      const again = yield* (yield* Interactions).claim({
        id: interactionId,
        userId: requester.id,
        token: Redacted.make("t"),
        locale: Option.none(),
        awaitsAnswer: true
      })
      expect(again).toBe(false)
    })
  )

  it.effect("is exported whole, without the bot's own secrets", () =>
    Effect.gen(function* () {
      const [owner, requester, recipient] = [someone("owner"), someone("requester"), someone("recipient")]
      const { key } = yield* lived(owner, requester, recipient)
      const { profileIds, stored } = yield* (yield* Privacy).exportOf(requester.id, "person")
      expect(profileIds).toEqual([requester.profile])
      const sizes = Object.fromEntries(Object.entries(stored).map(([table, rows]) => [table, rows.length]))
      expect(sizes).toEqual({
        people: 1,
        interactions: 1,
        kudos_intents: 1,
        transfer_requests: 1,
        shown_messages: 1,
        notifications: 0,
        audit_log: 2,
        rate_limits: 1,
        usage_activity: 1
      })
      expect(JSON.stringify(stored)).toContain(key.code)
      expect(JSON.stringify(stored)).not.toContain("token of")
    })
  )

  it.effect("can be erased twice, and while Mochi is down", () =>
    Effect.gen(function* () {
      yield* lived(down, someone("requester"), someone("recipient"))
      const privacy = yield* Privacy
      const first = yield* privacy.erase(down.id, "operator")
      expect(first).toMatchObject({ mochiAsked: false, rows: { people: 1, transfer_requests: 2 } })
      const second = yield* privacy.erase(down.id, "operator")
      expect(new Set(Object.values(second.rows))).toEqual(new Set([0]))
      expect((yield* findInDatabase(down.profile)).found).toEqual([])
    })
  )

  it.effect("says who asked an operator, without keeping the id", () =>
    Effect.gen(function* () {
      const person = someone("asked")
      yield* (yield* Privacy).exportOf(person.id, "operator")
      const sql = yield* SqlClient.SqlClient
      const { of } = yield* Pseudonyms.Pseudonyms
      expect(yield* sql`select actor, action from audit_log where subject = ${of(person.id)}`).toEqual([
        { actor: "operator", action: "privacy_export" }
      ])
      expect((yield* findInDatabase(person.id)).found).toEqual([])
    })
  )
})
