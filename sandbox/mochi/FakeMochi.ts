import { Clock, Duration, Effect, Option, PubSub, Queue, Ref, type Scope, Stream } from "effect"
import type { Credentials } from "./authorise.ts"
import * as Bank from "./Bank.ts"
import { demoWorld } from "./demoWorld.ts"
import { exchange } from "./Exchange.ts"
import * as Faults from "./Faults.ts"
import type { JsonObject } from "./Json.ts"
import * as Steps from "./ledger.ts"
import type { TransferRequest } from "./ledger.ts"
import * as Recorder from "./Recorder.ts"
import type { Refused } from "./Refused.ts"
import { requestCode } from "./requestCode.ts"
import type { Operation } from "./routes.ts"
import { type SeededRequest, seededRequest } from "./seededRequest.ts"
import { serve } from "./Server.ts"
import { type Snapshot, snapshotOf } from "./snapshot.ts"
import { eventOf } from "./webhookEvent.ts"
import * as Webhooks from "./Webhooks.ts"
import { DECISION_WORDS, STATUS_WORDS, type StatusWords } from "./wire.ts"
import type { World } from "./World.ts"

const mostEventsWaiting = 4096

export interface FakeMochiOptions extends Credentials {
  /** default: `demoWorld()` */
  readonly world?: World
  /** 0, the default: a free one */
  readonly port?: number
  /** from creation to `expired_at`; default: a day */
  readonly requestLifetime?: Duration.DurationInput
  /** for request codes and for webhooks that change places; default: 1 */
  readonly seed?: number
}

export type MochiEvent =
  | { readonly _tag: "CallBegan" | "CallEnded"; readonly call: Recorder.RecordedRequest }
  | { readonly _tag: "RequestChanged"; readonly request: TransferRequest }
  | { readonly _tag: "WebhookSent"; readonly attempt: Webhooks.WebhookAttempt }

/** Mochi Pay and Mochi Profile on one loopback server, with controls to change, break and watch them. */
export interface FakeMochi {
  /** for `MOCHI_PAY_API_BASE_URL`, without `/api/v1` */
  readonly url: string
  readonly port: number
  /** the newest 10,000, oldest first */
  readonly calls: Effect.Effect<ReadonlyArray<Recorder.RecordedRequest>>
  readonly callsOf: (operation: Operation) => Effect.Effect<ReadonlyArray<Recorder.RecordedRequest>>
  /** every create that arrived, whatever its answer: two for one interaction id are a bot's mistake */
  readonly creates: Effect.Effect<ReadonlyArray<CreateArrival>>
  /** calls refused for their credentials, `refusal` says why */
  readonly unauthorised: Effect.Effect<ReadonlyArray<Recorder.RecordedRequest>>
  readonly forgetCalls: Effect.Effect<void>
  readonly faults: Faults.Faults
  /** newest first */
  readonly requests: Effect.Effect<ReadonlyArray<TransferRequest>>
  readonly request: (code: string) => Effect.Effect<Option.Option<TransferRequest>>
  /** a decision as on the web, by default by the application's owner */
  readonly decide: (
    code: string,
    decision: keyof typeof DECISION_WORDS,
    by?: string
  ) => Effect.Effect<TransferRequest, Refused>
  /** stores a request without any call; sends a webhook only with `announced` */
  readonly seedRequest: (request?: SeededRequest) => Effect.Effect<TransferRequest>
  /** base units */
  readonly setBalance: (holderProfileId: string, tokenId: string, amount: bigint) => Effect.Effect<void>
  readonly balance: (holderProfileId: string, tokenId: string) => Effect.Effect<bigint>
  /** people, applications and tokens; `balances` counts only at the start */
  readonly updateWorld: (change: (world: World) => World) => Effect.Effect<void>
  /** other words for statuses in answers and webhooks */
  readonly statusWords: (words: Partial<StatusWords>) => Effect.Effect<void>
  /** sets this Mochi's clock ahead of ours by this much; negative = behind */
  readonly clockAhead: (millis: number) => Effect.Effect<void>
  readonly webhooks: Webhooks.Webhooks
  /** the event of a request in its present state, for `webhooks.send` */
  readonly eventOf: (code: string) => Effect.Effect<Option.Option<JsonObject>>
  readonly snapshot: Effect.Effect<Snapshot>
  readonly events: Stream.Stream<MochiEvent>
  /** events from now on; the newest 4096 wait */
  readonly subscribe: Effect.Effect<Queue.Dequeue<MochiEvent>, never, Scope.Scope>
  /** Waits for the first snapshot in which `find` finds something. */
  readonly until: <A>(find: (snapshot: Snapshot) => Option.Option<A>) => Effect.Effect<A>
}

export interface CreateArrival {
  readonly interactionId: string | undefined
  readonly idempotencyKey: string | undefined
  readonly call: Recorder.RecordedRequest
}

/** Dies if the port is taken. Time is Effect's clock. */
export const make: (options: FakeMochiOptions) => Effect.Effect<FakeMochi, never, Scope.Scope> = Effect.fn(
  "FakeMochi.make"
)(function* (options: FakeMochiOptions) {
  const seed = options.seed ?? 1
  const ahead = yield* Ref.make(0)
  const now = Effect.zipWith(Clock.currentTimeMillis, Ref.get(ahead), (time, more) => time + more)
  const words = yield* Ref.make(STATUS_WORDS)
  const events = yield* PubSub.sliding<MochiEvent>(mostEventsWaiting)
  const faults = yield* Faults.make
  const recorder = yield* Recorder.make(10_000)
  const webhooks = yield* Webhooks.make({
    now,
    seed,
    observe: attempt => PubSub.publish(events, { _tag: "WebhookSent", attempt })
  })
  const bank: Bank.Bank = yield* Bank.make({
    world: options.world ?? demoWorld(),
    requestLifetime: Duration.decode(options.requestLifetime ?? "1 day"),
    codeOf: number => requestCode(seed, number),
    now,
    announce: Effect.fnUntraced(function* ({ request, ledger, traceparent, silent }) {
      yield* PubSub.publish(events, { _tag: "RequestChanged", request })
      if (!silent) {
        const event = eventOf(ledger.world, request, yield* Ref.get(words))
        yield* webhooks.announce(request.code, event, traceparent)
      }
    })
  })
  const { url, port } = yield* serve({
    port: options.port ?? 0,
    now,
    handle: incoming =>
      exchange(
        {
          bank,
          faults,
          recorder,
          words,
          credentials: options,
          observe: call =>
            PubSub.publish(events, { _tag: call.outcome === "working" ? "CallBegan" : "CallEnded", call })
        },
        incoming
      )
  })

  const snapshot = Effect.zipWith(
    bank.ledger,
    Effect.zip(recorder.all, webhooks.log),
    (ledger, [calls, attempts]) => snapshotOf(ledger, calls, attempts)
  )
  const request = (code: string) => Effect.map(bank.ledger, ledger => Steps.find(ledger, code))

  const fake: FakeMochi = {
    url,
    port,
    calls: recorder.all,
    callsOf: operation =>
      Effect.map(recorder.all, calls => calls.filter(call => call.operation === operation)),
    creates: Effect.map(recorder.all, calls =>
      calls.filter(call => call.operation === "createTransferRequest").map(createArrival)
    ),
    unauthorised: Effect.map(recorder.all, calls => calls.filter(call => call.status === 401)),
    forgetCalls: recorder.forget,
    faults,
    requests: Effect.map(bank.ledger, Steps.requestsNewestFirst),
    request,
    decide: Effect.fnUntraced(function* (code, decision, by) {
      const decider = by ?? (yield* defaultDecider(bank, code, decision))
      return yield* bank.settle(code, DECISION_WORDS[decision], decider)
    }),
    seedRequest: fields =>
      bank.put((code, time) => seededRequest(code, time, fields), fields?.announced !== true),
    setBalance: (holder, tokenId, amount) =>
      bank.update(ledger => Steps.setBalance(ledger, holder, tokenId, amount)),
    balance: (holder, tokenId) =>
      Effect.map(bank.ledger, ledger => Option.getOrElse(Steps.balanceOf(ledger, holder, tokenId), () => 0n)),
    updateWorld: change => bank.update(ledger => ({ ...ledger, world: change(ledger.world) })),
    statusWords: change => Ref.update(words, before => ({ ...before, ...change })),
    clockAhead: millis => Ref.set(ahead, millis),
    webhooks,
    eventOf: Effect.fnUntraced(function* (code) {
      const { world } = yield* bank.ledger
      const current = yield* Ref.get(words)
      return Option.map(yield* request(code), found => eventOf(world, found, current))
    }),
    snapshot,
    events: Stream.fromPubSub(events),
    subscribe: PubSub.subscribe(events),
    until: find =>
      Effect.scoped(
        Effect.gen(function* () {
          // subscribe before the first look, so that no event gets lost in between
          const news = yield* PubSub.subscribe(events)
          let found = find(yield* snapshot)
          while (Option.isNone(found)) {
            yield* Queue.takeBetween(news, 1, mostEventsWaiting)
            found = find(yield* snapshot)
          }
          return found.value
        })
      )
  }
  return fake
})

const defaultDecider = (bank: Bank.Bank, code: string, decision: keyof typeof DECISION_WORDS) =>
  Effect.map(bank.ledger, ledger =>
    decision === "approved" || decision === "rejected"
      ? Option.getOrUndefined(
          Option.flatMap(Steps.find(ledger, code), request =>
            Option.map(
              Option.getRight(Steps.applicationOf(ledger, request.applicationId)),
              application => application.ownerProfileId
            )
          )
        )
      : undefined
  )

const createArrival = (call: Recorder.RecordedRequest): CreateArrival => ({
  interactionId: /"interaction_id"\s*:\s*"([^"]*)"/.exec(call.body)?.[1],
  idempotencyKey: call.headers["idempotency-key"],
  call
})
