import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import * as HttpServerError from "@effect/platform/HttpServerError"
import type * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import { Context, Effect, Schema } from "effect"

/** Longer than anything that Mochi or Discord sends to a bot, in bytes. */
export const longestBody = 64 * 1024

/** Of all connections together, in bytes. */
const mostBodyBytes = 32 * 1024 * 1024

class BodyTooLarge extends Schema.TaggedError<BodyTooLarge>()("BodyTooLarge", {}) {}

/** All connections together send more than there is room for. */
class TooManyBodies extends Schema.TaggedError<TooManyBodies>()("TooManyBodies", {}) {}

type Unread = BodyTooLarge | TooManyBodies | HttpServerError.RequestError

/** The room for bodies that are being read, over all connections: no sender has proved yet that it may send anything. */
export class BodyRoom extends Context.Reference<BodyRoom>()("mochi/programs/BodyRoom", {
  defaultValue: () => ({ mostBytes: mostBodyBytes, takenBytes: 0 })
}) {}

/**
 * The bytes as they came. Fails as soon as they are too many; the server then discards the rest, so that the sender can
 * read the answer. The server also bounds how long a body may take.
 */
export const readBody = (request: HttpServerRequest.HttpServerRequest): Effect.Effect<Uint8Array, Unread> =>
  Effect.flatMap(BodyRoom, room =>
    Effect.async<Uint8Array, Unread>(resume => {
      const tooLarge = Effect.fail(new BodyTooLarge())
      if (Number(request.headers["content-length"] ?? 0) > longestBody) return resume(tooLarge)
      // Not the request's stream: leaving that before its end destroys the connection, and the answer with it.
      const incoming = NodeHttpServerRequest.toIncomingMessage(request)
      const parts: Array<Buffer> = []
      let length = 0
      const take = (part: Buffer) => {
        length += part.length
        room.takenBytes += part.length
        parts.push(part)
        if (length > longestBody) end(tooLarge)
        else if (room.takenBytes > room.mostBytes) end(Effect.fail(new TooManyBodies()))
      }
      const whole = () => end(Effect.succeed(Buffer.concat(parts)))
      const broken = (cause?: Error) =>
        end(Effect.fail(new HttpServerError.RequestError({ request, reason: "Decode", cause })))
      const leave = () => {
        room.takenBytes -= length
        length = 0
        incoming.off("data", take).off("end", whole).off("close", broken)
      }
      const end = (outcome: Effect.Effect<Uint8Array, Unread>) => {
        leave()
        resume(outcome)
      }
      // "error" keeps its listener: otherwise a later error would end the process.
      incoming.on("data", take).once("end", whole).once("close", broken).on("error", broken)
      return Effect.sync(leave)
    })
  )
