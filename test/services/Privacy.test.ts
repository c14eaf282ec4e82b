import { SqlClient } from "@effect/sql"
import { expect, layer } from "@effect/vitest"
import { Effect, Option, Redacted, Stream } from "effect"
import * as Pseudonyms from "../../src/adapters/postgres/Pseudonyms.ts"
import { erasedParty } from "../../src/domain/TransferRequest.ts"
import { Interactions } from "../../src/ports/Interactions.ts"
import { RateLimits } from "../../src/ports/RateLimits.ts"
import { TransferRequests } from "../../src/ports/TransferRequests.ts"
import { Privacy } from "../../src/services/Privacy.ts"
import { findInDatabase } from "../support/databaseSearch.ts"
import { atMochi, lived, party, someone, underTest } from "./livedPeople.ts"

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
})
