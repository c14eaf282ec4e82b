import { expect } from "@effect/vitest"
import { DateTime, Effect, Option, Redacted, Stream } from "effect"
import { startedBy } from "../../src/context/WorkStart.ts"
import {
  ApplicationId,
  BotId,
  ChannelId,
  InteractionId,
  ProfileId,
  RequestCode,
  UserId
} from "../../src/domain/Ids.ts"
import { erasedParty } from "../../src/domain/TransferRequest.ts"
import type { Party, TransferRequest } from "../../src/domain/TransferRequest.ts"
import { AuditLog } from "../../src/ports/AuditLog.ts"
import { Claims } from "../../src/ports/Claims.ts"
import { KudosIntents } from "../../src/ports/KudosIntents.ts"
import { NotificationLog } from "../../src/ports/NotificationLog.ts"
import { People } from "../../src/ports/People.ts"
import { PersonalData } from "../../src/ports/PersonalData.ts"
import { TransferRequests } from "../../src/ports/TransferRequests.ts"
import { someFacts } from "../adapters/postgres/storedRequests.ts"
import { draft } from "./drafts.ts"
import { used } from "./conclusions.ts"
import { onEachStore, World } from "./eachStore.ts"

interface Someone {
  readonly userId: UserId
  readonly profileIds: readonly [ProfileId]
}

let people = 0
const someone = (): Someone => {
  people += 1
  const number = String(people).padStart(4, "0")
  return {
    userId: UserId.make(`7654321098765${number}`),
    profileIds: [ProfileId.make(`profile-${number}`)]
  }
}

const party = ({ profileIds, userId }: Someone): Party => ({
  userId: Option.some(userId),
  profileId: Option.some(profileIds[0])
})

const ours = BotId.make("1100000000000000001")
const dms = (person: Someone) => ChannelId.make(`9${person.userId}`)

const requestOf = (owner: Someone, requester: Someone, recipient: Someone): TransferRequest => {
  people += 1
  return {
    key: { applicationId: ApplicationId.make("7"), code: RequestCode.make(`REQUEST-${people}`) },
    status: "approved",
    facts: Option.some({
      ...someFacts,
      owner: party(owner),
      requester: party(requester),
      recipient: party(recipient),
      vaultName: `Vault of ${requester.userId}`,
      reason: Option.some(`For <@${recipient.userId}>`)
    }),
    settlement: Option.some({ by: party(owner), at: DateTime.unsafeMake("2026-01-01T00:00:00Z") }),
    interactionId: Option.none(),
    origin: Option.none()
  }
}

/** An application whose name has a longer run of digits, in which the person's id is: another's id. */
const namedAfterAnother = (request: TransferRequest, { userId }: Someone): TransferRequest => ({
  ...request,
  facts: Option.map(request.facts, facts => ({ ...facts, applicationName: `App of ${userId}7` }))
})

/** A request of three people, and all that is stored on the requester's way to it. */
const lived = Effect.gen(function* () {
  const [owner, requester, recipient] = [someone(), someone(), someone()]
  people += 1
  const id = InteractionId.make(`90000${people}`)
  const { userId } = requester
  yield* (yield* Claims).claim({
    id,
    userId,
    token: Redacted.make("the token"),
    locale: Option.some("de"),
    awaitsAnswer: true,
    limit: "kudos"
  })
  yield* (yield* People).rememberDmChannel(userId, dms(requester), ours)
  yield* (yield* Claims).conclude(used({ user: userId, communityId: Option.none(), command: "kudos" }))
  yield* (yield* AuditLog).record({
    actor: userId,
    action: "kudos",
    outcome: "success",
    request: Option.none(),
    traceId: Option.none()
  })
  const asked = draft(id)
  yield* (yield* KudosIntents).store(
    {
      ...asked,
      sender: { userId, profile: { ...asked.sender.profile, id: requester.profileIds[0] } },
      recipient: {
        userId: recipient.userId,
        profile: { ...asked.recipient.profile, id: recipient.profileIds[0] }
      }
    },
    Option.none()
  )
  const requests = yield* TransferRequests
  const request = requestOf(owner, requester, recipient)
  yield* requests.save(request)
  yield* requests.addAnswer(request.key, { interactionId: id, view: "kudos" })
  for (const [audience, person] of [
    ["owner", owner],
    ["requester", requester],
    ["recipient", recipient]
  ] as const)
    yield* requests.show(request.key, audience, {
      channelId: dms(person),
      messageId: Option.none(),
      place: "dm",
      status: "approved",
      isOutdated: false,
      bot: Option.some(ours)
    })
  yield* (yield* NotificationLog).add(request.key, "approved", [
    { audience: "requester", kind: "status_changed" },
    { audience: "recipient", kind: "kudos_received" }
  ])
  return { owner, requester, recipient, request, interactionId: id }
})

const rowsOf = (person: Someone) =>
  Effect.flatMap(PersonalData, data =>
    Effect.map(
      Effect.forEach(data.rowsOf(person), ({ rows, table }) =>
        Effect.map(Stream.runCollect(rows), all => [table, [...all]] as const)
      ),
      tables => Object.fromEntries(tables)
    )
  )

onEachStore("personal data", it => {
  it.effect("is all that is about the person, without the bot's secrets and other people's ids", () =>
    Effect.gen(function* () {
      const { owner, recipient, request, requester } = yield* lived
      const tables = yield* rowsOf(requester)
      const sizes = Object.fromEntries(Object.entries(tables).map(([table, rows]) => [table, rows.length]))
      expect(sizes).toEqual({
        people: 1,
        interactions: 1,
        kudos_intents: 1,
        transfer_requests: 1,
        shown_messages: 1,
        notifications: 1,
        audit_log: 1,
        rate_limits: 1,
        usage_activity: 1,
        erasures: 0,
        unfinished_erasures: 0
      })
      const text = Object.values(tables).flat().join("\n")
      for (const part of [request.key.code, requester.profileIds[0], recipient.userId, "For the docs"])
        expect(text).toContain(part)
      for (const part of ["the token", owner.userId, owner.profileIds[0], recipient.profileIds[0]])
        expect(text).not.toContain(part)
      for (const row of Object.values(tables).flat()) expect(typeof JSON.parse(row)).toBe("object")
    })
  )

  it.effect("is of a recipient only what they were shown", () =>
    Effect.gen(function* () {
      const [owner, requester, recipient] = [someone(), someone(), someone()]
      const requests = yield* TransferRequests
      const request: TransferRequest = {
        ...requestOf(owner, requester, recipient),
        status: "pending",
        settlement: Option.none()
      }
      yield* requests.save(request)
      expect((yield* rowsOf(recipient))["transfer_requests"]).toEqual([])
      yield* requests.save({ ...request, status: "approved" })
      const [row] = (yield* rowsOf(recipient))["transfer_requests"]!
      expect(row).toContain(recipient.profileIds[0])
      expect(row).not.toContain(requester.profileIds[0])
    })
  )

  it.effect("names the profiles that stand beside a user, but for one that is somebody else's since", () =>
    Effect.gen(function* () {
      const [data, requests, world] = [yield* PersonalData, yield* TransferRequests, yield* World]
      const [one, other, third] = [someone(), someone(), someone()]
      yield* requests.save(requestOf(one, other, third))
      expect(yield* data.profilesOf(one.userId)).toEqual(one.profileIds)
      expect(yield* data.profilesOf(someone().userId)).toEqual([])
      yield* world.passes("1 minute")
      yield* requests.save(requestOf({ ...other, profileIds: one.profileIds }, third, third))
      expect(yield* data.profilesOf(one.userId)).toEqual([])
      expect((yield* data.profilesOf(other.userId)).toSorted()).toEqual(
        [...one.profileIds, ...other.profileIds].toSorted()
      )
    })
  )

  it.effect("is erased wherever it stands, and others' stays", () =>
    Effect.gen(function* () {
      const data = yield* PersonalData
      const { interactionId, request, requester } = yield* lived
      const requests = yield* TransferRequests
      const erasure = yield* data.beginErasure(requester)
      expect(erasure).toMatchObject(requester)
      expect(yield* data.erase(erasure)).toEqual({
        people: 1,
        interactions: 1,
        live_answers: 1,
        kudos_intents: 1,
        transfer_requests: 1,
        shown_messages: 1,
        audit_log: 1,
        usage_activity: 1
      })
      const found = Option.getOrThrow(yield* requests.find(request.key))
      expect(Option.getOrThrow(found.facts)).toEqual({
        ...Option.getOrThrow(request.facts),
        requester: erasedParty,
        vaultName: "Vault of erased",
        reason: Option.none()
      })
      expect(found.settlement).toEqual(request.settlement)
      const isShown = (audience: "owner" | "requester" | "recipient") =>
        Effect.map(requests.shown(request.key, audience), Option.isSome)
      expect(yield* Effect.forEach(["owner", "requester", "recipient"] as const, isShown)).toEqual([
        true,
        false,
        true
      ])
      const intent = Option.getOrThrow(yield* (yield* KudosIntents).find(interactionId))
      expect(intent.facts).toMatchObject({ requester: erasedParty, reason: Option.none() })
      expect(yield* (yield* Claims).liveToken(interactionId)).toEqual(Option.none())
      expect(yield* requests.answeredBy(interactionId)).toEqual(Option.none())
      expect(yield* (yield* People).dmChannel(requester.userId, ours)).toEqual(Option.none())
      expect(new Set(Object.values(yield* data.erase(erasure)))).toEqual(new Set([0]))
      const left = yield* rowsOf(requester)
      expect(left["erasures"]).toHaveLength(1)
      expect(left["unfinished_erasures"]).toHaveLength(1)
      yield* data.endErasure(erasure)
      expect((yield* rowsOf(requester))["unfinished_erasures"]).toEqual([])
    })
  )

  it.effect("stays erased, whatever source repeats it", () =>
    Effect.gen(function* () {
      const data = yield* PersonalData
      const [owner, requester, recipient] = [someone(), someone(), someone()]
      const requests = yield* TransferRequests
      const request = requestOf(owner, requester, recipient)
      yield* requests.save(request)
      yield* data.erase(yield* data.beginErasure(owner))
      yield* data.erase(yield* data.beginErasure(requester))
      yield* (yield* World).passes("1 hour")
      yield* requests.save({ ...request, status: "failed" })
      const found = Option.getOrThrow(yield* requests.find(request.key))
      expect(found.status).toBe("failed")
      expect(Option.getOrThrow(found.facts)).toMatchObject({
        owner: erasedParty,
        requester: erasedParty,
        recipient: party(recipient),
        reason: Option.none()
      })
      expect(Option.map(found.settlement, ({ by }) => by)).toEqual(Option.some(erasedParty))
      yield* requests.show(request.key, "requester", {
        channelId: dms(requester),
        messageId: Option.none(),
        place: "dm",
        status: "failed",
        isOutdated: false,
        bot: Option.some(ours)
      })
      expect(yield* requests.shown(request.key, "requester")).toEqual(Option.none())
    })
  )

  it.effect("is not stored again by work that began before the erasure, and is by what begins after it", () =>
    Effect.gen(function* () {
      const [data, world] = [yield* PersonalData, yield* World]
      const [requests, settings, claims, audit] = [
        yield* TransferRequests,
        yield* People,
        yield* Claims,
        yield* AuditLog
      ]
      const person = someone()
      const before = yield* world.now
      yield* world.passes("1 minute")
      yield* data.erase(yield* data.beginErasure(person))
      const work = (request: TransferRequest) =>
        Effect.gen(function* () {
          yield* settings.chooseNotifications(person.userId, false)
          yield* claims.conclude(used({ user: person.userId, communityId: Option.none(), command: "late" }))
          yield* audit.record({
            actor: person.userId,
            action: "late",
            outcome: "success",
            request: Option.none(),
            traceId: Option.none()
          })
          yield* requests.save(request)
          return Option.getOrThrow(Option.flatMap(yield* requests.find(request.key), ({ facts }) => facts))
        })
      const moment = DateTime.subtract(before, { minutes: 1 })
      const late = yield* startedBy({ _tag: "Moment", at: moment })(
        work(namedAfterAnother(requestOf(someone(), person, someone()), person))
      )
      expect(late).toMatchObject({
        requester: erasedParty,
        vaultName: "Vault of erased",
        applicationName: `App of ${person.userId}7`,
        reason: Option.none()
      })
      expect(yield* settings.wantsNotifications(person.userId)).toBe(true)
      const rows = yield* rowsOf(person)
      expect([rows["usage_activity"], rows["audit_log"], rows["transfer_requests"]]).toEqual([[], [], []])
      yield* world.passes("1 minute")
      const later = yield* work(requestOf(someone(), person, someone()))
      expect(later.requester).toEqual(party(person))
      expect(yield* settings.wantsNotifications(person.userId)).toBe(false)
      expect((yield* rowsOf(person))["usage_activity"]).toHaveLength(1)
    })
  )

  it.effect("leaves alone what was stored after the erasure was asked for", () =>
    Effect.gen(function* () {
      const [data, requests, world] = [yield* PersonalData, yield* TransferRequests, yield* World]
      const person = someone()
      const erasure = yield* data.beginErasure(person)
      yield* world.passes("1 minute")
      const asked = { ...erasure, askedAt: DateTime.subtract(erasure.askedAt, { minutes: 1 }) }
      const request = requestOf(person, someone(), someone())
      yield* requests.save(request)
      expect((yield* data.erase(asked))["transfer_requests"] ?? 0).toBe(0)
      expect(yield* requests.find(request.key)).toEqual(Option.some(request))
    })
  )

  it.effect("is asked to be erased until it is, ever more slowly, by one at a time", () =>
    Effect.gen(function* () {
      const [data, world] = [yield* PersonalData, yield* World]
      const person = someone()
      const more = ProfileId.make("another profile")
      yield* data.beginErasure(person)
      const erasure = yield* data.beginErasure({ ...person, profileIds: [more] })
      expect(erasure.profileIds.toSorted()).toEqual([more, ...person.profileIds])
      const due = Effect.map(data.unfinishedErasures, all => all.some(each => each.userId === person.userId))
      expect(yield* due).toBe(false)
      yield* world.passes("16 seconds")
      expect([yield* due, yield* due]).toEqual([true, false])
      yield* world.passes("3 seconds")
      expect([yield* due, yield* due]).toEqual([true, false])
      yield* world.passes("3 seconds")
      expect(yield* due).toBe(false)
      yield* world.passes("1 day")
      const again = yield* data.beginErasure(person)
      yield* data.endErasure({ ...again, askedAt: DateTime.subtract(again.askedAt, { hours: 1 }) })
      yield* world.passes("16 seconds")
      expect(yield* due).toBe(true)
      yield* data.endErasure(again)
      yield* world.passes("1 minute")
      expect(yield* due).toBe(false)
    })
  )

  it.effect("is known to have been erased, from the moment of asking, for 35 days", () =>
    Effect.gen(function* () {
      const [data, world] = [yield* PersonalData, yield* World]
      const person = someone()
      const start = DateTime.subtract(yield* world.now, { days: 60 })
      expect(yield* data.wasErasedSince(person.userId, start)).toBe(false)
      const erasure = yield* data.beginErasure(person)
      const later = DateTime.add(erasure.askedAt, { seconds: 1 })
      expect(yield* data.wasErasedSince(person.userId, start)).toBe(true)
      expect(yield* data.wasErasedSince(person.userId, later)).toBe(false)
      yield* data.erase(erasure)
      yield* data.endErasure(erasure)
      expect(yield* data.wasErasedSince(person.userId, start)).toBe(true)
      expect(yield* data.wasErasedSince(person.userId, later)).toBe(false)
      yield* world.passes("34 days")
      yield* data.prune
      expect(yield* data.wasErasedSince(person.userId, start)).toBe(true)
      yield* world.passes("2 days")
      yield* data.prune
      expect(yield* data.wasErasedSince(person.userId, start)).toBe(false)
    })
  )
})
