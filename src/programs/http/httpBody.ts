import type { HttpServerError, HttpServerRequest } from "@effect/platform"
import { Chunk, Effect, Schema, Stream } from "effect"

export class BodyTooLarge extends Schema.TaggedError<BodyTooLarge>()("BodyTooLarge", {
  most: Schema.Number
}) {}

/** The bytes as they came, and no more of them than `most`: what is longer is not read to its end. */
export const readBody = (
  request: HttpServerRequest.HttpServerRequest,
  most: number
): Effect.Effect<Uint8Array, BodyTooLarge | HttpServerError.RequestError> =>
  Effect.gen(function* () {
    if (Number(request.headers["content-length"] ?? 0) > most) return yield* new BodyTooLarge({ most })
    const parts = yield* request.stream.pipe(
      Stream.mapAccumEffect(0, (length, part) => {
        const total = length + part.length
        return total > most ? new BodyTooLarge({ most }) : Effect.succeed([total, part] as const)
      }),
      Stream.runCollect
    )
    return Buffer.concat(Chunk.toReadonlyArray(parts))
  })
