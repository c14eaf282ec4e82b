import { SqlClient } from "@effect/sql"
import { expect, layer } from "@effect/vitest"
import { Array as Arr, Deferred, Effect, Fiber, Layer, Option, Redacted } from "effect"
import * as Ids from "../../src/domain/Ids.ts"
import { requestReport } from "../../src/domain/TransferRequest.ts"
import { Atomic } from "../../src/ports/Atomic.ts"
import { Claims } from "../../src/ports/Claims.ts"
import { KudosIntents } from "../../src/ports/KudosIntents.ts"
import { MochiPay } from "../../src/ports/MochiPay.ts"
import { TransferRequests } from "../../src/ports/TransferRequests.ts"
import { Cards } from "../../src/services/Cards.ts"
import { Privacy } from "../../src/services/Privacy.ts"
import { Settlements } from "../../src/services/Settlements.ts"
import { findInDatabase } from "../support/databaseSearch.ts"
import { factsOf, someone, underTest } from "./livedPeople.ts"

const openRequests = 12

const services = Settlements.Default.pipe(
  Layer.provide(Cards.Default),
  Layer.provide(Layer.mock(MochiPay, {})),
  Layer.provideMerge(underTest)
)

let races = 0

/** So many requests of one requester, from `/kudos` to the answer that follows them. */
const open = (count: number) =>
  Effect.gen(function* () {
    races += 1
    const sql = yield* SqlClient.SqlClient
    const requests = yield* TransferRequests
    const claims = yield* Claims
    const [owner, requester, recipient] = [someone("owner"), someone("requester"), someone("recipient")]
    const facts = factsOf(owner, requester, recipient)
    const all = yield* Effect.forEach(Arr.range(1, count), index =>
      Effect.gen(function* () {
        const interactionId = Ids.InteractionId.make(`${7_000_000 + races * 100 + index}`)
        const key = {
          applicationId: Ids.ApplicationId.make("7"),
          code: Ids.RequestCode.make(`RACE-${races}-${index}`)
        }
        yield* claims.claim({
          id: interactionId,
          userId: requester.id,
          token: Redacted.make("token"),
          locale: Option.some("de"),
          awaitsAnswer: false,
          limit: "button"
        })
        yield* sql`insert into kudos_intents (interaction_id, application_id, vault_profile_id, token_name,
            application_name, vault_name, amount, symbol, requester_profile_id, requester_discord_id,
            recipient_profile_id, recipient_discord_id, holder, state, request_code)
          values (${interactionId}, '7', 'v', 'USD', 'DAO', 'Vault', '10.5', 'USDC', ${requester.profile},
            ${requester.id}, ${recipient.profile}, ${recipient.id}, 1, 'created', ${key.code})`
        yield* requests.save({
          key,
          status: "pending",
          facts: Option.some(facts),
          settlement: Option.none(),
          interactionId: Option.some(interactionId),
          origin: Option.none()
        })
        yield* requests.addAnswer(key, { interactionId, view: "kudos" })
        return { key, interactionId }
      })
    )
    return { all, facts, requester }
  })

layer(services)("an erasure while webhooks come in", it => {
  it.effect("takes its locks in the same order as they do (A11)", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const requests = yield* TransferRequests
      const privacy = yield* Privacy
      const { all, requester } = yield* open(1)
      const [{ interactionId, key }] = all
      // Other tables would not do: statistics stand still within a transaction.
      const erasureWaits = sql`select from pg_locks where not granted`
      const isLocked = yield* Deferred.make<void>()
      const erasing = yield* Effect.fork(
        Effect.zipRight(Deferred.await(isLocked), privacy.erase(requester.id, "person"))
      )
      let tries = 0
      yield* (yield* Atomic).transaction(
        Effect.gen(function* () {
          tries += 1
          yield* requests.lock(key)
          yield* Deferred.succeed(isLocked, undefined)
          if (tries === 1) yield* Effect.repeat(erasureWaits, { until: rows => rows.length > 0 })
          yield* (yield* KudosIntents).finish(interactionId, { _tag: "Unknown" })
          yield* requests.addAnswer(key, { interactionId, view: "kudos" })
        })
      )
      yield* Fiber.join(erasing)
      expect(tries).toBe(1)
      expect((yield* findInDatabase(requester.id)).found).toEqual([])
    })
  )

  it.effect("fails neither itself nor one of them, and nobody comes back (A11)", () =>
    Effect.gen(function* () {
      const settlements = yield* Settlements
      const privacy = yield* Privacy
      const { all, facts, requester } = yield* open(openRequests)
      const webhooks = Effect.forEach(
        all,
        ({ interactionId, key }) =>
          settlements.report(
            requestReport(key, {
              status: Option.some("approved"),
              facts: Option.some(facts),
              interactionId: Option.some(interactionId)
            })
          ),
        { concurrency: "unbounded" }
      )
      yield* Effect.all([webhooks, privacy.erase(requester.id, "person")], { concurrency: "unbounded" })
      // Mochi repeats them, with who it was.
      yield* webhooks
      expect((yield* findInDatabase(requester.id)).found).toEqual([])
      expect((yield* findInDatabase(requester.profile)).found).toEqual([])
    })
  )
})
