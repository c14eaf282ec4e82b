import { Duration, Effect, Either, FiberSet, HashMap, Option, Ref } from "effect"
import * as Steps from "./ledger.ts"
import type { FinalStatus, Ledger, NewTransferRequest, TransferRequest } from "./ledger.ts"
import { Refused } from "./Refused.ts"
import type { World } from "./World.ts"

/** A transfer request that is new or has changed its status. */
export interface Change {
  readonly request: TransferRequest
  /** the ledger when the bank announced the change */
  readonly ledger: Ledger
  /** of the call that caused it, if that had one */
  readonly traceparent: string | undefined
  /** Mochi sends no webhook for it */
  readonly silent: boolean
}

/** The ledger as running state: steps are atomic, time passes, and the bank announces every change once. */
export interface Bank {
  readonly now: Effect.Effect<number>
  readonly ledger: Effect.Effect<Ledger>
  readonly create: (
    draft: Omit<NewTransferRequest, "code" | "createdAt" | "expiresAt">,
    key: Option.Option<{ readonly key: string; readonly fingerprint: string }>,
    traceparent: string | undefined
  ) => Effect.Effect<TransferRequest, Refused>
  readonly decide: (
    decision: Omit<Parameters<typeof Steps.decide>[1], "at">,
    traceparent: string | undefined
  ) => Effect.Effect<TransferRequest, Refused>
  /** a decision without the API */
  readonly settle: (
    code: string,
    status: FinalStatus,
    by: string | undefined,
    traceparent?: string
  ) => Effect.Effect<TransferRequest, Refused>
  /** stores a request without checks; `silent`: without a webhook */
  readonly put: (
    draft: (code: string, now: number) => NewTransferRequest,
    silent: boolean
  ) => Effect.Effect<TransferRequest>
  readonly update: (change: (ledger: Ledger) => Ledger) => Effect.Effect<void>
}

export interface BankOptions {
  readonly world: World
  readonly requestLifetime: Duration.Duration
  readonly codeOf: (number: number) => string
  readonly now: Effect.Effect<number>
  /** runs right after the step, before the caller continues */
  readonly announce: (change: Change) => Effect.Effect<void>
}

export const make = Effect.fn("FakeMochi.Bank.make")(function* (options: BankOptions) {
  const { now } = options
  const state = yield* Ref.make(Steps.open(options.world))
  const timers = yield* FiberSet.make()

  const announce = (request: TransferRequest, traceparent: string | undefined, silent = false) =>
    Effect.flatMap(Ref.get(state), ledger => options.announce({ request, ledger, traceparent, silent }))

  const expire = Effect.fnUntraced(function* () {
    const time = yield* now
    const due = yield* Ref.modify(state, ledger => Steps.expireDue(ledger, time))
    yield* Effect.forEach(due, request => announce(request, undefined), { discard: true })
    return time
  })

  const watch = (request: TransferRequest) =>
    now.pipe(
      Effect.flatMap(time => Effect.sleep(Duration.millis(Math.max(0, request.expiresAt - time)))),
      Effect.zipRight(expire()),
      Effect.interruptible,
      FiberSet.run(timers)
    )

  /** Takes one step on the present ledger, and announces it if it succeeds. */
  const step = Effect.fnUntraced(function* (
    change: (ledger: Ledger, time: number) => Either.Either<readonly [TransferRequest, Ledger], Refused>,
    traceparent: string | undefined
  ) {
    const time = yield* expire()
    const outcome = yield* Ref.modify(state, (ledger): readonly [Outcome, Ledger] => {
      const result = change(ledger, time)
      return Either.isLeft(result)
        ? [Either.left(result.left), ledger]
        : [Either.right({ request: result.right[0], fresh: result.right[1] !== ledger }), result.right[1]]
    })
    const { request, fresh } = yield* outcome
    if (fresh) {
      yield* announce(request, traceparent)
    }
    return request
  }, Effect.uninterruptible)

  const bank: Bank = {
    now,
    ledger: expire().pipe(Effect.zipRight(Ref.get(state))),
    create: (draft, key, traceparent) =>
      step((ledger, time) => {
        const earlier = Option.flatMap(key, ({ key }) => HashMap.get(ledger.keys, key))
        if (Option.isSome(earlier) && Option.isSome(key)) {
          return replay(ledger, earlier.value, key.value.fingerprint)
        }
        return Either.map(
          Steps.create(ledger, {
            ...draft,
            code: options.codeOf(ledger.count + 1),
            createdAt: time,
            expiresAt: time + Duration.toMillis(options.requestLifetime)
          }),
          ([created, next]) => [created, remember(next, key, created.code)] as const
        )
      }, traceparent).pipe(Effect.tap(watch)),
    decide: (decision, traceparent) =>
      step((ledger, at) => Steps.decide(ledger, { ...decision, at }), traceparent),
    settle: (code, status, by, traceparent) =>
      step((ledger, at) => Steps.settle(ledger, code, status, at, by), traceparent),
    put: Effect.fnUntraced(function* (draft, silent) {
      const time = yield* now
      const request = yield* Ref.modify(state, ledger =>
        Steps.put(ledger, draft(options.codeOf(ledger.count + 1), time))
      )
      yield* announce(request, undefined, silent)
      yield* watch(request)
      return request
    }),
    update: change => Ref.update(state, change)
  }
  return bank
})

type Outcome = Either.Either<{ readonly request: TransferRequest; readonly fresh: boolean }, Refused>

const replay = (
  ledger: Ledger,
  earlier: { readonly fingerprint: string; readonly code: string },
  fingerprint: string
): Either.Either<readonly [TransferRequest, Ledger], Refused> =>
  earlier.fingerprint === fingerprint
    ? Either.fromOption(
        Option.map(HashMap.get(ledger.requests, earlier.code), request => [request, ledger] as const),
        () => new Refused({ status: 404, reason: "request not found" })
      )
    : Either.left(new Refused({ status: 409, reason: "Idempotency-Key was used for another request" }))

const remember = (
  ledger: Ledger,
  key: Option.Option<{ readonly key: string; readonly fingerprint: string }>,
  code: string
): Ledger =>
  Option.match(key, {
    onNone: () => ledger,
    onSome: ({ key, fingerprint }) => ({
      ...ledger,
      keys: HashMap.set(ledger.keys, key, { fingerprint, code })
    })
  })
