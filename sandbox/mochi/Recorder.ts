import { Effect, HashMap, Order, Ref } from "effect"
import type { Headers } from "./authorise.ts"
import type { Operation } from "./routes.ts"

/** One call, recorded when it arrives and completed before the answer leaves. */
export interface RecordedRequest {
  readonly number: number
  /** milliseconds since 1970 */
  readonly at: number
  readonly method: string
  /** as the client sent it, percent-encoding included */
  readonly path: string
  readonly query: string
  /** missing if the path is not one of Mochi's */
  readonly operation: Operation | undefined
  /** lower-case names, only those in `KEPT_HEADERS` */
  readonly headers: Headers
  readonly body: string
  /** missing while the work goes on, and for a call that gets no answer */
  readonly status: number | undefined
  readonly outcome: "working" | "answered" | "reset" | "hanging"
  /** why Mochi refused it, in more detail than the caller gets */
  readonly refusal: string | undefined
}

export const KEPT_HEADERS = [
  "authorization",
  "content-type",
  "idempotency-key",
  "traceparent",
  "user-agent",
  "x-application",
  "x-message",
  "x-signature"
]

export interface Recorder {
  readonly all: Effect.Effect<ReadonlyArray<RecordedRequest>>
  readonly forget: Effect.Effect<void>
  readonly begin: (
    arrival: Pick<RecordedRequest, "at" | "method" | "path" | "query" | "operation" | "headers" | "body">
  ) => Effect.Effect<RecordedRequest>
  readonly finish: (record: RecordedRequest) => Effect.Effect<void>
}

/** Keeps the newest `limit` requests, so that a long-running sandbox does not grow. */
export const make = Effect.fn("FakeMochi.Recorder.make")(function* (limit: number) {
  const records = yield* Ref.make(HashMap.empty<number, RecordedRequest>())
  const count = yield* Ref.make(0)
  const recorder: Recorder = {
    all: Effect.map(Ref.get(records), map => Array.from(HashMap.values(map)).sort(inOrder)),
    forget: Ref.set(records, HashMap.empty()),
    begin: Effect.fnUntraced(function* (arrival) {
      const number = yield* Ref.updateAndGet(count, n => n + 1)
      const record: RecordedRequest = {
        ...arrival,
        number,
        headers: Object.fromEntries(
          KEPT_HEADERS.flatMap(name => {
            const value = arrival.headers[name]
            return value === undefined ? [] : [[name, value]]
          })
        ),
        status: undefined,
        outcome: "working",
        refusal: undefined
      }
      yield* Ref.update(records, map => HashMap.remove(HashMap.set(map, number, record), number - limit))
      return record
    }),
    finish: record => Ref.update(records, map => HashMap.modify(map, record.number, () => record))
  }
  return recorder
})

const inOrder = Order.mapInput(Order.number, (record: RecordedRequest) => record.number)
