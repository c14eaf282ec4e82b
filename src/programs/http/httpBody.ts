import type { HttpServerError, HttpServerRequest } from "@effect/platform"
import { Effect, Schema, Stream } from "effect"

export class BodyTooLarge extends Schema.TaggedError<BodyTooLarge>()("BodyTooLarge", {
  most: Schema.Number
}) {}

/** What is too long is read this much further, unkept: who is cut off in the middle of sending never reads the answer. */
const longestWaste = 1024 * 1024

/** The bytes as they came, and no more of them than `most` are kept. */
export const readBody = (
  request: HttpServerRequest.HttpServerRequest,
  most: number
): Effect.Effect<Uint8Array, BodyTooLarge | HttpServerError.RequestError> =>
  Effect.gen(function* () {
    if (Number(request.headers["content-length"] ?? 0) > most) return yield* new BodyTooLarge({ most })
    const kept: Array<Uint8Array> = []
    let length = 0
    yield* Stream.runForEach(request.stream, part => {
      length += part.length
      if (length <= most) kept.push(part)
      return length > most + longestWaste ? new BodyTooLarge({ most }) : Effect.void
    })
    return length > most ? yield* new BodyTooLarge({ most }) : Buffer.concat(kept)
  })
