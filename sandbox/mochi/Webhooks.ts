import { randomUUID } from "node:crypto"
import { Chunk, Deferred, Duration, Effect, FiberSet, Ref, Utils } from "effect"
import { withoutTrailingSlashes } from "../../src/config/parsers.ts"
import { childTraceparent, post } from "./webhookPost.ts"
import { signedHeaders } from "./webhookSigning.ts"

export interface WebhookTarget {
  /** `http://host:port` of the bot; several take the tries in turn */
  readonly botUrls: ReadonlyArray<string>
  /** `whsec_…` signs `v1`, `whsk_…` signs `v1a`; several sign side by side, as during a rotation */
  readonly secrets: ReadonlyArray<string>
}

export interface WebhookBehaviour {
  readonly enabled: boolean
  readonly delay: Duration.DurationInput
  /** how often Mochi sends every event, each copy until its own 2xx */
  readonly copies: number
  /** 0 to 1: Mochi sends this share of events once more than `copies` says */
  readonly twice: number
  /** copies differ in their `webhook-id` */
  readonly freshIds: boolean
  /** 0 to 1: this share of events waits for a later one of the same request to go first, for `parkedAtMost` at most */
  readonly outOfOrder: number
  readonly parkedAtMost: Duration.DurationInput
  readonly maxTries: number
  /** doubles from try to try */
  readonly retryBase: Duration.DurationInput
  readonly retryAtMost: Duration.DurationInput
}

export const BEHAVIOUR: WebhookBehaviour = {
  enabled: true,
  delay: 0,
  copies: 1,
  twice: 0,
  freshIds: false,
  outOfOrder: 0,
  parkedAtMost: "2 seconds",
  maxTries: 12,
  retryBase: "250 millis",
  retryAtMost: "30 seconds"
}

/** One POST to the bot and its outcome. */
export interface WebhookAttempt {
  readonly at: number
  readonly id: string
  /** from 1 */
  readonly attempt: number
  readonly code: string | undefined
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** missing if no answer came; `answer` then says why */
  readonly status: number | undefined
  readonly answer: string
}

/** A webhook made by hand. Missing fields get Mochi's own values. */
export interface HandMade {
  /** Mochi sends a string as it is */
  readonly body: unknown
  readonly id?: string
  /** seconds since 1970 */
  readonly timestamp?: number
  /** sign instead of the target's secrets */
  readonly secrets?: ReadonlyArray<string>
  /** replaces or adds headers after signing; an empty value removes one */
  readonly headers?: Readonly<Record<string, string>>
}

export interface Webhooks {
  /** Sets the receiver; until then Mochi sends nothing, and events are lost. */
  readonly target: (target: WebhookTarget) => Effect.Effect<void>
  readonly configure: (behaviour: Partial<WebhookBehaviour>) => Effect.Effect<void>
  /** Sends an event in the background, as configured. Events of one code go out in order by default. */
  readonly announce: (code: string, event: unknown, traceparent: string | undefined) => Effect.Effect<void>
  /** Sends once, without a retry, and returns the outcome. Dies without a target. */
  readonly send: (handMade: HandMade) => Effect.Effect<WebhookAttempt>
  readonly log: Effect.Effect<ReadonlyArray<WebhookAttempt>>
  /** Waits until nothing is in flight. */
  readonly idle: Effect.Effect<void>
}

export const make = Effect.fn("FakeMochi.Webhooks.make")(function* (options: {
  readonly now: Effect.Effect<number>
  readonly seed: number
  readonly observe: (attempt: WebhookAttempt) => Effect.Effect<void>
}) {
  const target = yield* Ref.make<WebhookTarget | undefined>(undefined)
  const behaviour = yield* Ref.make(BEHAVIOUR)
  const attempts = yield* Ref.make(Chunk.empty<WebhookAttempt>())
  const flights = yield* FiberSet.make()
  const random = new Utils.PCGRandom(options.seed)
  const lanes = new Map<string, Lane>()

  const attempt = Effect.fnUntraced(function* (to: WebhookTarget, number: number, webhook: Ready) {
    const now = yield* options.now
    const timestamp = webhook.timestamp ?? Math.floor(now / 1000)
    const root = to.botUrls[(number - 1) % to.botUrls.length] ?? ""
    const url = `${withoutTrailingSlashes(root)}/webhooks/mochi`
    const headers = withoutEmpty({
      "content-type": "application/json",
      "user-agent": "mochi-webhooks/1",
      traceparent: childTraceparent(webhook.traceparent),
      ...signedHeaders({
        id: webhook.id,
        timestamp,
        body: webhook.body,
        secrets: webhook.secrets ?? to.secrets
      }),
      ...webhook.headers
    })
    const { status, body } = yield* post({ url, headers, body: webhook.body })
    const done: WebhookAttempt = {
      at: now,
      id: webhook.id,
      attempt: number,
      code: webhook.code,
      url,
      headers,
      body: webhook.body,
      status,
      answer: body
    }
    yield* Ref.update(attempts, Chunk.append(done))
    yield* options.observe(done)
    return done
  })

  const retry = Effect.fnUntraced(function* (webhook: Ready) {
    const { maxTries, retryBase, retryAtMost } = yield* Ref.get(behaviour)
    for (let number = 2; number <= maxTries; number++) {
      yield* Effect.sleep(Duration.min(Duration.times(retryBase, 2 ** (number - 2)), retryAtMost))
      // look up the target for every try: after a restart the bot may listen elsewhere
      const to = yield* Ref.get(target)
      if (to === undefined || isTaken(yield* attempt(to, number, webhook))) {
        return
      }
    }
  })

  const fly = Effect.fnUntraced(function* (lane: Lane, webhook: Ready, role: "next" | "parked" | "copy") {
    const { delay, parkedAtMost } = yield* Ref.get(behaviour)
    const first = Ref.get(target).pipe(
      Effect.flatMap(to =>
        to === undefined ? Effect.succeed(true) : Effect.map(attempt(to, 1, webhook), isTaken)
      )
    )
    if (role === "parked") {
      const overtaken = yield* Deferred.make<void>()
      lane.parked.push(overtaken)
      yield* Deferred.await(overtaken).pipe(Effect.timeoutOption(parkedAtMost))
    }
    yield* Effect.sleep(delay)
    const taken = role === "next" ? yield* lane.turn.withPermits(1)(first) : yield* first
    if (role === "next") {
      yield* Effect.forEach(lane.parked.splice(0), overtaken => Deferred.succeed(overtaken, undefined))
    }
    if (!taken) {
      yield* retry(webhook)
    }
  })

  const webhooks: Webhooks = {
    target: to => Ref.set(target, to),
    configure: change => Ref.update(behaviour, before => ({ ...before, ...change })),
    announce: Effect.fnUntraced(function* (code, event, traceparent) {
      const { enabled, copies, freshIds, outOfOrder, twice } = yield* Ref.get(behaviour)
      if (!enabled || (yield* Ref.get(target)) === undefined) {
        return
      }
      const parked = random.number() < outOfOrder
      const sent = twice > 0 && random.number() < twice ? copies + 1 : copies
      const lane = lanes.get(code) ?? { turn: Effect.unsafeMakeSemaphore(1), parked: [] }
      lanes.set(code, lane)
      const id = newId()
      const body = JSON.stringify(event)
      for (let copy = 0; copy < sent; copy++) {
        const ready: Ready = { id: freshIds && copy > 0 ? newId() : id, code, body, traceparent }
        const flight = fly(lane, ready, copy > 0 ? "copy" : parked ? "parked" : "next")
        yield* FiberSet.run(flights, Effect.interruptible(flight))
      }
    }),
    send: Effect.fnUntraced(function* (handMade) {
      const to = yield* Ref.get(target)
      if (to === undefined) {
        return yield* Effect.dieMessage("The fake Mochi has no target for its webhooks")
      }
      const body = typeof handMade.body === "string" ? handMade.body : JSON.stringify(handMade.body)
      return yield* attempt(to, 1, { ...handMade, id: handMade.id ?? newId(), body })
    }),
    log: Effect.map(Ref.get(attempts), Chunk.toReadonlyArray),
    idle: FiberSet.awaitEmpty(flights)
  }
  return webhooks
})

interface Ready {
  readonly id: string
  readonly body: string
  readonly code?: string
  readonly traceparent?: string | undefined
  readonly timestamp?: number
  readonly secrets?: ReadonlyArray<string>
  readonly headers?: Readonly<Record<string, string>>
}

/** First tries of one code go one after the other; retries do not delay later events. */
interface Lane {
  readonly turn: Effect.Semaphore
  readonly parked: Array<Deferred.Deferred<void>>
}

const newId = (): string => `msg_${randomUUID().replaceAll("-", "")}`

const isTaken = ({ status }: WebhookAttempt): boolean => status !== undefined && status >= 200 && status < 300

const withoutEmpty = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ""))
