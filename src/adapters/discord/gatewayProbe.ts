import { Effect, Schema } from "effect"
import { WebSocket } from "ws"

/** Nobody greeted us at the gateway's address. */
export class NoGreeting extends Schema.TaggedError<NoGreeting>()("NoGreeting", { detail: Schema.String }) {}

/** Connects, waits for Discord's greeting, and leaves without identifying: no session is begun and none is ended. */
export const greeting = (url: string): Effect.Effect<void, NoGreeting> =>
  Effect.async<void, NoGreeting>(resume => {
    const socket = new WebSocket(`${url.replace(/\/+$/, "")}/?v=10&encoding=json`)
    const refuse = (detail: string) => resume(new NoGreeting({ detail }))
    socket.on("error", error => refuse(error.message))
    socket.on("close", code => refuse(`closed with ${code}`))
    socket.once("message", data =>
      resume(isHello(String(data)) ? Effect.void : new NoGreeting({ detail: "no HELLO" }))
    )
    return Effect.sync(() => socket.terminate())
  }).pipe(
    Effect.timeoutFail({
      duration: "6 seconds",
      onTimeout: () => new NoGreeting({ detail: "no answer within 6 seconds" })
    })
  )

const Hello = Schema.parseJson(Schema.Struct({ op: Schema.Literal(10) }))

const isHello = (text: string): boolean => Schema.decodeUnknownOption(Hello)(text)._tag === "Some"
