import { Effect, Either, Option, Ref } from "effect"
import { authorise, type Credentials } from "./authorise.ts"
import type { Bank } from "./Bank.ts"
import type { Fault, Faults } from "./Faults.ts"
import { handle, type Reply } from "./handlers.ts"
import type { Json } from "./Json.ts"
import { malform, withoutCode } from "./malformed.ts"
import type { RecordedRequest, Recorder } from "./Recorder.ts"
import { Refused } from "./Refused.ts"
import { route, type Routed } from "./routes.ts"
import type { Incoming, Outgoing } from "./Server.ts"
import type { StatusWords } from "./wire.ts"

export interface ExchangeOptions {
  readonly bank: Bank
  readonly faults: Faults
  readonly recorder: Recorder
  readonly words: Ref.Ref<StatusWords>
  readonly credentials: Credentials
  /** called with every record at its start and at its end */
  readonly observe: (record: RecordedRequest) => Effect.Effect<void>
}

/** Answers a request: records it, applies faults, authorises it, does the work, and may damage the answer. */
export const exchange = Effect.fn("FakeMochi.exchange")(function* (
  options: ExchangeOptions,
  incoming: Incoming
) {
  const { bank, recorder } = options
  const routed = route(incoming.method, incoming.path)
  const operation =
    Option.isSome(routed) && routed.value._tag === "Found" ? routed.value.route.operation : undefined
  const record = yield* recorder.begin({ ...incoming, at: yield* bank.now, operation })
  yield* options.observe(record)

  const faults = operation === undefined ? [] : yield* options.faults.draw(operation, incoming.path)
  for (const fault of faults) {
    if (fault._tag === "Latency") {
      yield* Effect.sleep(fault.duration)
    }
  }
  const fault = faults.find(candidate => candidate._tag !== "Latency")
  const early = fault === undefined ? Option.none() : before(fault)
  let refusal: string | undefined
  let outgoing: Outgoing
  if (Option.isSome(early)) {
    outgoing = early.value
  } else {
    const result = yield* Effect.either(work(options, incoming, routed))
    refusal = Either.isLeft(result) ? result.left.reason : undefined
    const reply = Either.merge(Either.mapLeft(result, refused => refusalReply(refused, routed)))
    outgoing = fault === undefined ? answer(reply) : after(fault, reply)
  }
  // complete before the first byte leaves: a client that has the answer also finds the record
  const finished: RecordedRequest = { ...record, ...outcomeOf(outgoing), refusal }
  yield* recorder.finish(finished)
  yield* options.observe(finished)
  return outgoing
})

const work = Effect.fnUntraced(function* (
  options: ExchangeOptions,
  incoming: Incoming,
  routed: Option.Option<Routed>
) {
  if (Option.isNone(routed)) {
    return yield* new Refused({ status: 404, reason: "no such path" })
  }
  if (routed.value._tag === "WrongMethod") {
    return yield* new Refused({ status: 405, reason: "method not allowed" })
  }
  const found = routed.value.route
  yield* authorise(options.credentials, found.auth, incoming.headers, yield* options.bank.now)
  return yield* handle(options.bank, yield* Ref.get(options.words), {
    route: found,
    query: new URLSearchParams(incoming.query),
    headers: incoming.headers,
    body: incoming.body
  })
})

/** A fault that strikes before any work is done. */
const before = (fault: Fault): Option.Option<Outgoing> => {
  switch (fault._tag) {
    case "Status":
      return Option.some(faultStatus(fault))
    case "RateLimited":
      return Option.some(
        faultStatus({ status: 429, headers: { "retry-after": String(fault.retryAfterSeconds) } })
      )
    case "HangBefore":
      return Option.some({ _tag: "Hang" })
    case "ResetBefore":
      return Option.some({ _tag: "Reset" })
    default:
      return Option.none()
  }
}

const after = (fault: Fault, reply: Reply): Outgoing => {
  switch (fault._tag) {
    case "StatusAfter":
      return faultStatus(fault)
    case "HangAfter":
      return { _tag: "Hang" }
    case "ResetAfter":
      return { _tag: "Reset" }
    case "Malformed":
      return malform(fault.kind, reply.status, reply.body)
    case "WithoutCode":
      return answer({ ...reply, body: withoutCode(reply.body) })
    default:
      return answer(reply)
  }
}

const faultStatus = (fault: {
  readonly status: number
  readonly body?: string
  readonly headers?: Record<string, string>
}): Outgoing => ({
  _tag: "Answer",
  status: fault.status,
  headers: fault.headers ?? {},
  body: fault.body ?? '{"error":"fault injected by the sandbox"}'
})

const answer = (reply: Reply): Outgoing => ({
  _tag: "Answer",
  status: reply.status,
  headers: {},
  body: JSON.stringify(reply.body)
})

/** Pay says `{error}`, Profile says `{message}`; neither says why a credential failed. */
const refusalReply = (refused: Refused, routed: Option.Option<Routed>): Reply => {
  const text = refused.status === 401 ? "unauthorized" : refused.reason
  const profile = Option.exists(routed, found => found._tag === "Found" && found.route.api === "profile")
  const body: Json = profile ? { message: text, status: refused.status } : { error: text }
  return { status: refused.status, body }
}

const outcomeOf = (outgoing: Outgoing): Pick<RecordedRequest, "status" | "outcome"> => {
  switch (outgoing._tag) {
    case "Answer":
    case "Huge":
      return { status: outgoing.status, outcome: "answered" }
    case "Cut":
    case "Reset":
      return { status: undefined, outcome: "reset" }
    case "Hang":
      return { status: undefined, outcome: "hanging" }
  }
}
