import { Duration, Effect, Schema } from "effect"
import { WebSocket } from "ws"
import { withoutTrailingSlashes } from "../../config/parsers.ts"

/** A greeting has some hundred bytes. */
const longestFrameBytes = 64 * 1024
const greetsWithin = Duration.seconds(6)

/** No greeting arrived from the gateway's address. */
class NoGreeting extends Schema.TaggedError<NoGreeting>()("NoGreeting", { detail: Schema.String }) {}

/** Connects, waits for Discord's greeting, and closes without identifying: this starts no session and ends none. */
export const greeting = (url: string): Effect.Effect<void, NoGreeting> =>
  Effect.acquireUseRelease(
    Effect.try({
      try: () =>
        new WebSocket(`${withoutTrailingSlashes(url)}/?v=10&encoding=json`, {
          maxPayload: longestFrameBytes
        }),
      catch: error => new NoGreeting({ detail: error instanceof Error ? error.message : "no address" })
    }),
    awaitGreeting,
    socket => Effect.sync(() => socket.terminate())
  ).pipe(
    Effect.timeoutFail({
      duration: greetsWithin,
      onTimeout: () =>
        new NoGreeting({ detail: `no answer within ${Duration.toSeconds(greetsWithin)} seconds` })
    })
  )

const awaitGreeting = (socket: WebSocket) =>
  Effect.async<void, NoGreeting>(resume => {
    const refuse = (detail: string) => resume(new NoGreeting({ detail }))
    // Stays until the end: closing a socket that is not open yet emits an error too.
    socket.on("error", error => refuse(error.message))
    socket.on("close", code => refuse(`closed with ${code}`))
    socket.once("message", data =>
      resume(isHello(String(data)) ? Effect.void : new NoGreeting({ detail: "no HELLO" }))
    )
  })

const Hello = Schema.parseJson(Schema.Struct({ op: Schema.Literal(10) }))

const isHello = (text: string): boolean => Schema.decodeUnknownOption(Hello)(text)._tag === "Some"
