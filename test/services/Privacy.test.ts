import { SqlClient } from "@effect/sql"
import { expect, layer } from "@effect/vitest"
import { DateTime, Effect, Layer, Option, Redacted, Stream } from "effect"
import * as PersonalDataSql from "../../src/adapters/postgres/PersonalDataSql.ts"
import * as Pseudonyms from "../../src/adapters/postgres/Pseudonyms.ts"
import * as Ids from "../../src/domain/Ids.ts"
import { erasedParty } from "../../src/domain/TransferRequest.ts"
import { startedBy } from "../../src/context/WorkStart.ts"
import { Claims } from "../../src/ports/Claims.ts"
import { People } from "../../src/ports/People.ts"
import { PersonalData } from "../../src/ports/PersonalData.ts"
import { RateLimits } from "../../src/ports/RateLimits.ts"
import { TransferRequests } from "../../src/ports/TransferRequests.ts"
import { Audit } from "../../src/services/Audit.ts"
import { used } from "../stores/conclusions.ts"
import { Privacy } from "../../src/services/Privacy.ts"
import { settings } from "../adapters/mochi/mochiClients.ts"
import { findInDatabase } from "../support/databaseSearch.ts"
import { atMochi, bot, count, lived, party, someone, underTest } from "./livedPeople.ts"

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
      expect([facts.requester, facts.amount, facts.reason]).toEqual([erasedParty, "10.5", Option.none()])
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
      const again = yield* (yield* Claims).claim({
        id: interactionId,
        userId: requester.id,
        token: Redacted.make("t"),
        locale: Option.none(),
        awaitsAnswer: true,
        limit: "button"
      })
      expect(again._tag).toBe("DeliveredTwice")
    })
  )

  it.effect("is exported whole, without the bot's own secrets", () =>
    Effect.gen(function* () {
      const [owner, requester, recipient] = [someone("owner"), someone("requester"), someone("recipient")]
      const { key } = yield* lived(owner, requester, recipient)
      const { profileIds, stored: tables } = yield* (yield* Privacy).exportOf(requester.id, "person")
      const stored = Object.fromEntries(
        yield* Effect.forEach(tables, ({ rows, table }) =>
          Effect.map(Stream.runCollect(rows), all => [table, [...all]] as const)
        )
      )
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
        usage_activity: 1,
        erasures: 0,
        unfinished_erasures: 0
      })
      expect(JSON.stringify(stored)).toContain(key.code)
      expect(JSON.stringify(stored)).not.toContain("token of")
    })
  )

  it.effect("can be erased twice, and while Mochi is down", () =>
    Effect.gen(function* () {
      const down = someone("down")
      atMochi.silentFor.add(down.id)
      yield* lived(down, someone("requester"), someone("recipient"))
      const privacy = yield* Privacy
      const first = yield* privacy.erase(down.id, "operator")
      expect(first).toMatchObject({ mochiAsked: false, rows: { people: 1, transfer_requests: 1 } })
      const second = yield* privacy.erase(down.id, "operator")
      expect(new Set(Object.values(second.rows))).toEqual(new Set([0]))
      const places = (yield* findInDatabase(down.profile)).found.map(row => row.split(":")[0])
      expect(places).toEqual(["public.unfinished_erasures"])
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

  it.effect("is finished by itself once Mochi answers, and of somebody new nothing is erased (A10)", () =>
    Effect.gen(function* () {
      const [gone, requester, recipient] = [someone("gone"), someone("requester"), someone("recipient")]
      const sql = yield* SqlClient.SqlClient
      const privacy = yield* Privacy
      const data = yield* PersonalData
      yield* sql`delete from unfinished_erasures`
      yield* lived(gone, requester, recipient)
      // Webhooks name an owner by their profile alone.
      yield* sql`update transfer_requests set owner_discord_id = null, settled_by_discord_id = null
        where owner_profile_id = ${gone.profile}`
      atMochi.silentFor.add(gone.id)
      expect(yield* privacy.erase(gone.id, "person")).toMatchObject({ mochiAsked: false, isComplete: false })
      expect((yield* findInDatabase(gone.profile)).found).not.toEqual([])
      const due = Effect.zipRight(
        sql`update unfinished_erasures set next_try_at = now()`,
        Effect.flatMap(data.unfinishedErasures, erasures => Effect.forEach(erasures, privacy.finishErasure))
      )
      expect(yield* due).toEqual([false])

      yield* lived(gone, requester, recipient)
      atMochi.silentFor.delete(gone.id)
      atMochi.linked.set(gone.profile, gone.id)
      expect(yield* due).toEqual([true])
      expect(yield* due).toEqual([])
      const owners = yield* sql`select owner_profile_id as owner from transfer_requests
        where requester_profile_id = ${requester.profile} order by created_at`
      expect(owners).toEqual([{ owner: expect.stringMatching(/^erased:/) }, { owner: gone.profile }])
      const deeds = yield* sql`select actor, outcome from audit_log
        where action = 'privacy_delete' and code is null order by audit_log.id desc limit 2`
      expect(deeds).toEqual([
        { actor: "bot", outcome: "success" },
        { actor: expect.stringMatching(/^erased:/), outcome: "incomplete: Mochi did not answer" }
      ])
    })
  )

  it.effect("is not that of the person who has their former Mochi profile now", () =>
    Effect.gen(function* () {
      const [before, owner, recipient] = [someone("before"), someone("owner"), someone("recipient")]
      const after = { ...someone("after"), profile: before.profile }
      const sql = yield* SqlClient.SqlClient
      const privacy = yield* Privacy
      yield* lived(owner, before, recipient)
      yield* lived(owner, after, recipient)
      const requests = Effect.fnUntraced(function* (id: typeof before.id) {
        const { stored } = yield* privacy.exportOf(id, "operator")
        const rows = stored.find(({ table }) => table === "transfer_requests")!.rows
        return [...(yield* Stream.runCollect(rows))].join()
      })
      // A third request names the profile alone: it belongs to whom the profile is linked to now.
      const { key } = yield* lived(owner, someone("profile only"), recipient)
      yield* sql`update transfer_requests set requester_profile_id = ${before.profile}, requester_discord_id = null
        where code = ${key.code}`
      atMochi.linked.set(before.profile, after.id)
      const [former, present] = [yield* requests(before.id), yield* requests(after.id)]
      expect(former).toContain(before.id)
      expect(former).not.toContain(after.id)
      expect(former).not.toContain(key.code)
      expect(present).toContain(key.code)
      expect(present).not.toContain(before.id)
      yield* privacy.erase(before.id, "person")
      expect(yield* requests(after.id)).toEqual(present)
      expect((yield* findInDatabase(before.id)).found).toEqual([])
    })
  )

  it.effect(
    "is not stored again by work that began before it was erased, but by what comes later (A21)",
    () =>
      Effect.gen(function* () {
        const [owner, requester, recipient] = [someone("owner"), someone("requester"), someone("recipient")]
        const { key, request } = yield* lived(owner, requester, recipient)
        const sql = yield* SqlClient.SqlClient
        const people = yield* People
        const requests = yield* TransferRequests
        const audit = yield* Audit
        const claims = yield* Claims
        const moment = DateTime.unsafeMake(
          (yield* sql<{ now: Date }>`select clock_timestamp() as now`)[0]!.now
        )
        const all = (code: string, person: typeof owner) =>
          Effect.gen(function* () {
            yield* people.rememberDmChannel(person.id, Ids.ChannelId.make("91"), bot)
            yield* people.chooseNotifications(person.id, false)
            yield* audit.record({ actor: person.id, action: "kudos", outcome: "success" })
            yield* claims.conclude(used({ user: person.id, communityId: Option.none(), command: "kudos" }))
            yield* requests.save({ ...request, key: { ...key, code: Ids.RequestCode.make(code) } })
          })
        const shown = {
          channelId: Ids.ChannelId.make("90"),
          place: "dm",
          status: "approved",
          isOutdated: false,
          bot: Option.some(bot)
        } as const
        for (const [index, person] of [owner, requester, recipient].entries()) {
          yield* (yield* Privacy).erase(person.id, "person")
          yield* startedBy({ _tag: "Moment", at: moment })(all(`LATE-${count}-${index}`, person))
          expect((yield* findInDatabase(person.id)).found).toEqual([])
          expect((yield* findInDatabase(person.profile)).found).toEqual([])
          const audience = (["owner", "requester", "recipient"] as const)[index]!
          yield* requests.show(key, audience, { ...shown, messageId: Option.none() })
          expect(Option.isNone(yield* requests.shown(key, audience))).toBe(true)
        }
        yield* all(`NEW-${count}`, requester)
        expect((yield* findInDatabase(requester.id)).found.length).toBeGreaterThanOrEqual(3)
      })
  )

  it.effect("of an erased requester stays unsaid, even if a source repeats their words (A11)", () =>
    Effect.gen(function* () {
      const [owner, requester, recipient] = [someone("owner"), someone("requester"), someone("recipient")]
      const { request } = yield* lived(owner, requester, recipient)
      const requests = yield* TransferRequests
      yield* (yield* Privacy).erase(requester.id, "person")
      yield* requests.save({ ...request, status: "failed" })
      const stored = Option.getOrThrow(yield* requests.find(request.key))
      expect(Option.getOrThrow(stored.facts)).toMatchObject({ requester: erasedParty, reason: Option.none() })
    })
  )
})

// The key of the pseudonyms comes from Mochi's private key.
layer(underTest)("after a new private key", it => {
  it.effect("what is under a pseudonym of the old one is found by nobody any more, and lapses", () =>
    Effect.gen(function* () {
      const [owner, requester, recipient] = [someone("owner"), someone("requester"), someone("recipient")]
      yield* lived(owner, requester, recipient)
      const rotated = settings("http://127.0.0.1:1", { MOCHI_APP_PRIVATE_KEY: "09".repeat(32) })
      const data = yield* Effect.provide(
        PersonalData,
        PersonalDataSql.layer.pipe(Layer.provide(Pseudonyms.layer), Layer.provide(rotated))
      )
      const person = { userId: requester.id, profileIds: [requester.profile] }
      const rowsIn = (table: string) =>
        Stream.runCount(data.rowsOf(person).find(each => each.table === table)!.rows)
      expect(yield* rowsIn("transfer_requests")).toBe(1)
      expect(yield* rowsIn("rate_limits")).toBe(0)
      expect(yield* rowsIn("usage_activity")).toBe(0)
      yield* data.erase(yield* data.beginErasure(person))
      const { of } = yield* Pseudonyms.Pseudonyms
      expect((yield* findInDatabase(of(requester.id))).found).toHaveLength(2)
    })
  )
})
