import * as Undici from "@effect/platform-node/Undici"
import { Context, Effect, Either, Layer, Option, Predicate } from "effect"
import type { Clock } from "effect"
import { unsafeMonotonicMillis } from "../../context/monotonic.ts"
import { parseRetryAfter } from "../http/retryAfter.ts"
import type { Alarms } from "./alarms.ts"
import { BodyReader } from "./BodyReader.ts"
import { isPacked, unpackedText } from "./packedBody.ts"
import type { BodyFault } from "./tryOutcome.ts"
import { TryOutcome } from "./tryOutcome.ts"

export interface WireRequest {
  readonly method: "GET" | "POST"
  readonly origin: string
  /** With its query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** JSON. */
  readonly body: Option.Option<string>
}

/** The connections to Mochi. */
export class Connections extends Context.Tag("mochi/adapters/Connections")<
  Connections,
  Pick<Undici.Dispatcher, "dispatch">
>() {}

/** One pool, kept alive. It sends a request once and follows no redirect; the time limits are those of `sendOnce`. */
export const layer: Layer.Layer<Connections> = Layer.scoped(
  Connections,
  Effect.acquireRelease(
    Effect.sync(
      () => new Undici.Agent({ connect: { timeout: connectsWithin }, headersTimeout: 0, bodyTimeout: 0 })
    ),
    agent => Effect.promise(() => agent.destroy())
  )
)

/** A connection that does not open within five seconds has certainly carried nothing, unlike one with a late answer. */
const connectsWithin = 5_000
/** A failure's body is read only to keep the connection. */
const longestDrainMillis = 1_000

/** One try: sends the request once and reads the answer within `limitMillis`. */
export const sendOnce = (
  connections: Connections["Type"],
  alarms: Alarms,
  request: WireRequest,
  limitMillis: number
): Effect.Effect<TryOutcome> =>
  Effect.flatMap(Effect.clock, clock =>
    Effect.async<TryOutcome>(resume => {
      const exchange = new Exchange(alarms, clock, limitMillis, resume)
      connections.dispatch({ ...request, body: Option.getOrNull(request.body) }, exchange)
      return Effect.sync(() => exchange.leave())
    })
  )

/** A request and its answer, as undici tells of them. The first end counts. */
class Exchange implements Undici.Dispatcher.DispatchHandler {
  readonly #alarms: Alarms
  readonly #clock: Clock.Clock
  readonly #resume: (outcome: Effect.Effect<TryOutcome>) => void
  readonly #limit: number
  readonly #body = new BodyReader()
  #takeBack: () => void
  #connection: Undici.Dispatcher.DispatchController | undefined
  #head: { readonly status: number; readonly headers: Headers } | undefined
  #hasEnded = false

  constructor(
    alarms: Alarms,
    clock: Clock.Clock,
    limitMillis: number,
    resume: (outcome: Effect.Effect<TryOutcome>) => void
  ) {
    this.#alarms = alarms
    this.#clock = clock
    this.#resume = resume
    this.#limit = unsafeMonotonicMillis(clock) + limitMillis
    this.#takeBack = alarms.at(this.#limit, () => this.#isLate())
  }

  /** Nobody waits for the answer any more. */
  leave(): void {
    this.#body.leave()
    if (this.#end()) this.#connection?.abort(left)
  }

  /** Undici calls this before it writes the first byte. */
  onRequestStart(connection: Undici.Dispatcher.DispatchController): void {
    this.#connection = connection
    if (this.#hasEnded) connection.abort(left)
  }

  onResponseStart(_: unknown, status: number, headers: Headers): void {
    if (status < 200) return
    this.#head = { status, headers }
    if (status <= 299) return
    this.#takeBack()
    const drained = unsafeMonotonicMillis(this.#clock) + longestDrainMillis
    this.#takeBack = this.#alarms.at(Math.min(this.#limit, drained), () => this.#isLate())
  }

  onResponseData(connection: Undici.Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#hasEnded || this.#body.takes(chunk, connection)) return
    this.#answered(Either.left("too large"))
    connection.abort(left)
  }

  onResponseEnd(): void {
    const encoding = textOf(this.#head?.headers["content-encoding"])
    if (isPacked(encoding)) this.#unpack(encoding)
    else this.#answered(this.#body.text)
  }

  onResponseError(_: unknown, error: unknown): void {
    const cause = bareCause(error)
    if (this.#head !== undefined) this.#answered(Either.left("cut"))
    else if (this.#connection !== undefined) this.#finish(TryOutcome.Lost({ cause }))
    else this.#finish(TryOutcome.NotSent({ cause }))
  }

  #unpack(encoding: string): void {
    if (!this.#end()) return
    const unpacking = Effect.map(unpackedText(this.#body.bytes, encoding), body => {
      this.#body.leave()
      return this.#outcome(body)
    })
    this.#resume(unpacking)
  }

  #isLate(): void {
    if (this.#head === undefined) this.#finish(TryOutcome.Late())
    else this.#answered(Either.left("late"))
    this.#connection?.abort(left)
  }

  #answered(body: Either.Either<string, BodyFault>): void {
    this.#finish(this.#outcome(body))
  }

  #outcome(body: Either.Either<string, BodyFault>): TryOutcome {
    const { headers = {}, status = 0 } = this.#head ?? {}
    const retryAfterMillis = retryAfterOf(headers, this.#clock)
    return TryOutcome.Answered({ status, retryAfterMillis, body })
  }

  #finish(outcome: TryOutcome): void {
    if (!this.#end()) return
    this.#body.leave()
    this.#resume(Effect.succeed(outcome))
  }

  /** Whether it had not ended before. */
  #end(): boolean {
    if (this.#hasEnded) return false
    this.#hasEnded = true
    this.#takeBack()
    return true
  }
}

type Headers = Readonly<Record<string, string | Array<string> | undefined>>

const left = new Error("nobody waits for this answer any more")

const textOf = (header: Headers[string]): string =>
  Array.isArray(header) ? header.join(",") : (header ?? "")

/**
 * The milliseconds that a `Retry-After` asks for. Compares a date with the answer's own date, if it has one: our clock and
 * the server's may differ by hours.
 */
const retryAfterOf = (headers: Headers, clock: Clock.Clock): Option.Option<number> => {
  const value = headers["retry-after"]
  if (value === undefined) return Option.none()
  const theirs = Date.parse(textOf(headers["date"]))
  return parseRetryAfter(textOf(value), Number.isNaN(theirs) ? clock.unsafeCurrentTimeMillis() : theirs)
}

/** The error without its details: a transport's own error has the request with its secrets. */
export const bareCause = (cause: unknown): Error => {
  const code = Predicate.hasProperty(cause, "code") ? cause.code : ""
  return new Error(
    typeof code === "string" && code !== "" ? `the connection failed: ${code}` : "the connection failed"
  )
}
