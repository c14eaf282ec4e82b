import { expect } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import { ApplicationId, InteractionId, RequestCode } from "../../src/domain/Ids.ts"
import { AuditLog } from "../../src/ports/AuditLog.ts"
import type { AuditEntry } from "../../src/ports/AuditLog.ts"
import { Claims } from "../../src/ports/Claims.ts"
import { KudosIntents } from "../../src/ports/KudosIntents.ts"
import { PersonalData } from "../../src/ports/PersonalData.ts"
import { TransferRequests } from "../../src/ports/TransferRequests.ts"
import { everything } from "./auditing.ts"
import { draft, recipient, sender } from "./drafts.ts"
import { onEachStore, World } from "./eachStore.ts"

let count = 5000

/** An intent that this process sends, and the key of the request that it leads to. */
const inHand = Effect.gen(function* () {
  count += 1
  const id = String(count)
  yield* (yield* Claims).claim({
    id: InteractionId.make(id),
    userId: sender,
    token: Redacted.make("token"),
    locale: Option.none(),
    awaitsAnswer: true,
    limit: "button"
  })
  const { intent } = yield* (yield* KudosIntents).store(draft(id), Option.some("00-trace"))
  const key = { applicationId: ApplicationId.make("123"), code: RequestCode.make(`CODE-${id}`) }
  const deed: AuditEntry = {
    actor: sender,
    action: "mochi_create",
    outcome: "success",
    request: Option.some(key),
    traceId: Option.none()
  }
  return { intent, key, deed }
})

const deedsOf = (code: RequestCode) =>
  Effect.flatMap(AuditLog, log => log.list({ ...everything, requestCode: Option.some(code) }, 10))

onEachStore("a request that an intent created", it => {
  it.effect("is added whole: with its facts, its answer, the intent's end and an entry in the log", () =>
    Effect.gen(function* () {
      const [requests, intents] = [yield* TransferRequests, yield* KudosIntents]
      const { deed, intent, key } = yield* inHand
      expect(yield* requests.addCreated(key, intent, deed)).toBe(true)
      const request = {
        key,
        status: "pending" as const,
        facts: Option.some(intent.facts),
        settlement: Option.none(),
        interactionId: Option.some(intent.interactionId),
        origin: Option.some("00-trace")
      }
      expect(yield* requests.find(key)).toEqual(Option.some(request))
      expect(yield* requests.answeredBy(intent.interactionId)).toEqual(Option.some(request))
      expect(yield* requests.liveAnswers(key)).toEqual([
        { interactionId: intent.interactionId, view: "kudos" }
      ])
      expect(Option.getOrThrow(yield* intents.find(intent.interactionId))).toMatchObject({
        state: "created",
        code: Option.some(key.code)
      })
      expect(yield* deedsOf(key.code)).toMatchObject([
        { actor: sender, action: "mochi_create", outcome: "success", request: Option.some(key) }
      ])
      expect(yield* requests.addCreated(key, intent, deed)).toBe(false)
      expect(yield* deedsOf(key.code)).toHaveLength(1)
    })
  )

  it.effect("is left as it is if something of it is stored already", () =>
    Effect.gen(function* () {
      const [requests, intents] = [yield* TransferRequests, yield* KudosIntents]
      const { deed, intent, key } = yield* inHand
      const known = {
        key,
        status: "approved" as const,
        facts: Option.none(),
        settlement: Option.none(),
        interactionId: Option.none(),
        origin: Option.none()
      }
      yield* requests.save(known)
      expect(yield* requests.addCreated(key, intent, deed)).toBe(false)
      expect(yield* requests.find(key)).toEqual(Option.some(known))
      expect(yield* requests.answeredBy(intent.interactionId)).toEqual(Option.none())
      expect(Option.getOrThrow(yield* intents.find(intent.interactionId)).state).toBe("sending")
      expect(yield* deedsOf(key.code)).toEqual([])
    })
  )

  it.effect("is added by nobody whose intent ended, or names another application", () =>
    Effect.gen(function* () {
      const [requests, intents] = [yield* TransferRequests, yield* KudosIntents]
      const { deed, intent, key } = yield* inHand
      const foreign = { ...key, applicationId: ApplicationId.make("124") }
      expect(yield* requests.addCreated(foreign, intent, deed)).toBe(false)
      yield* intents.finish(intent.interactionId, { _tag: "Unknown" })
      expect(yield* requests.addCreated(key, intent, deed)).toBe(false)
      expect(yield* requests.find(key)).toEqual(Option.none())
    })
  )

  it.effect("is not added for people who were erased meanwhile", () =>
    Effect.gen(function* () {
      const [requests, data, world] = [yield* TransferRequests, yield* PersonalData, yield* World]
      const { deed, intent, key } = yield* inHand
      yield* world.passes("1 second")
      yield* data.erase(yield* data.beginErasure({ userId: recipient, profileIds: [] }))
      expect(yield* requests.addCreated(key, intent, deed)).toBe(false)
      expect(yield* requests.find(key)).toEqual(Option.none())
    })
  )

  it.effect("is added once by ten who add it at once", () =>
    Effect.gen(function* () {
      const requests = yield* TransferRequests
      const { deed, intent, key } = yield* inHand
      const added = yield* Effect.replicateEffect(requests.addCreated(key, intent, deed), 10, {
        concurrency: "unbounded"
      })
      expect(added.filter(isAdded => isAdded)).toHaveLength(1)
      expect(yield* deedsOf(key.code)).toHaveLength(1)
    })
  )
})
