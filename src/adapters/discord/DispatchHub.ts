import { DiscordGateway, TypeId } from "dfx/DiscordGateway"
import type * as Discord from "dfx/types"
import { Effect, FiberSet, Scope, Stream } from "effect"

/** Milliseconds for running handlers to end after their subscription. */
const DRAIN = 3000
/** Events that a stream holds for a slow reader: it drops the next ones. Handlers run at once. */
const mostBuffered = 1_000

export interface DispatchHub {
  readonly gateway: DiscordGateway
  /** Passes the event to every subscription, at once and in order; false if there is none. */
  readonly deliver: (payload: unknown) => boolean
  readonly hasSubscribers: () => boolean
  /** Before the first subscription, events that Discord replays would be lost. */
  readonly firstSubscription: Effect.Effect<void>
}

type Listener = (payload: unknown) => void

export const make: Effect.Effect<DispatchHub> = Effect.gen(function* () {
  const listeners = new Set<Listener>()
  const latch = yield* Effect.makeLatch()
  const subscribe = (listener: Listener) =>
    Effect.acquireRelease(
      Effect.zipRight(
        Effect.sync(() => listeners.add(listener)),
        latch.open
      ),
      () => Effect.sync(() => listeners.delete(listener))
    )

  const dispatch = Stream.asyncPush<Discord.GatewayReceivePayload>(
    emit =>
      subscribe(payload => {
        if (isPayload(payload)) emit.single(payload)
      }),
    { bufferSize: mostBuffered, strategy: "dropping" }
  )
  const select = <Data>(event: string): Stream.Stream<Data> =>
    Stream.map(Stream.filter(dispatch, carries<Data>(event)), payload => payload.d)

  const listen = <Data, A, E, R>(
    event: string,
    handle: (data: Data) => Effect.Effect<A, E, R>
  ): Effect.Effect<never, never, R> =>
    Effect.acquireUseRelease(
      Scope.make(),
      scope =>
        Effect.gen(function* () {
          const handlers = yield* Scope.extend(FiberSet.make<unknown>(), scope)
          yield* Scope.addFinalizer(scope, drain(handlers))
          const run = yield* FiberSet.runtime(handlers)<R>()
          const matches = carries<Data>(event)
          const listener = (payload: unknown) => {
            if (matches(payload)) run(isolated(event, () => handle(payload.d)))
          }
          yield* Scope.extend(subscribe(listener), scope)
          return yield* Effect.never
        }),
      (scope, exit) => Scope.close(scope, exit)
    )

  const gateway = DiscordGateway.of({
    [TypeId]: TypeId,
    dispatch,
    fromDispatch: event => select(event),
    handleDispatch: (event, handle) => listen(event, handle),
    // The bot sends nothing over the gateway, and its shards are not dfx's.
    send: () => Effect.succeed(false),
    shards: Effect.succeed(new Set())
  })
  return {
    gateway,
    deliver: payload => {
      for (const listener of listeners) listener(payload)
      return listeners.size > 0
    },
    hasSubscribers: () => listeners.size > 0,
    firstSubscription: latch.await
  }
})

/** We trust Discord that the name decides the shape: handlers decode what they read. */
const carries =
  <Data>(event: string) =>
  (payload: unknown): payload is { readonly d: Data } =>
    typeof payload === "object" && payload !== null && "t" in payload && payload.t === event

/** dfx and the gateway package have different types for the same payloads. */
const isPayload = (payload: unknown): payload is Discord.GatewayReceivePayload =>
  typeof payload === "object" && payload !== null && "op" in payload

/** A handler that fails, or throws before it returns an effect, affects neither the others nor the socket. */
const isolated = <A, E, R>(event: string, handle: () => Effect.Effect<A, E, R>) =>
  Effect.suspend(handle).pipe(
    Effect.catchAllCause(cause =>
      Effect.logError("dispatch_handler_failed", cause).pipe(Effect.annotateLogs({ event }))
    )
  )

const drain = <A>(handlers: FiberSet.FiberSet<A>) =>
  Effect.suspend(() => FiberSet.awaitEmpty(handlers)).pipe(Effect.interruptible, Effect.timeoutOption(DRAIN))
