import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { Effect, Either, Stream } from "effect"
import type { Scope } from "effect"
import * as zlib from "node:zlib"
import type { BodyFault } from "./tryOutcome.ts"

export type Body = Either.Either<string, BodyFault>

/** Bytes, packed and unpacked: some 20,000 tokens of a vault, which take a tenth of a second to parse. */
const longestBodyBytes = 4 * 1024 * 1024
/** At most `mostLongBodies` bodies longer than this are read at a time: the others wait, with this many bytes each. */
const longBodyBytes = 512 * 1024
const mostLongBodies = 4
/** Nobody packs a body more often; each unpacking is bounded, but has a cost. */
const mostEncodings = 2

const longBodies = Effect.unsafeMakeSemaphore(mostLongBodies)

/** The text of an answer, unpacked if it is packed, even though no call asks for that. */
export const readBody = (
  response: HttpClientResponse.HttpClientResponse
): Effect.Effect<Body, never, Scope.Scope> =>
  Effect.suspend(() => {
    const chunks: Array<Uint8Array> = []
    let size = 0
    let isLong = false
    const take = (chunk: Uint8Array): Effect.Effect<boolean, never, Scope.Scope> => {
      size += chunk.length
      chunks.push(chunk)
      if (size > longestBodyBytes) return Effect.succeed(false)
      if (isLong || size <= longBodyBytes) return Effect.succeed(true)
      isLong = true
      return Effect.as(longBodyTurn, true)
    }
    return response.stream.pipe(
      Stream.runForEachWhile(take),
      Effect.mapError((): BodyFault => "cut"),
      Effect.filterOrFail(
        () => size <= longestBodyBytes,
        (): BodyFault => "too large"
      ),
      Effect.zipRight(
        Effect.suspend(() => unpacked(Buffer.concat(chunks), response.headers["content-encoding"]))
      ),
      Effect.flatMap(decodeText),
      Effect.either
    )
  })

const longBodyTurn = Effect.uninterruptibleMask(restore =>
  Effect.zipRight(
    restore(longBodies.take(1)),
    Effect.addFinalizer(() => longBodies.release(1))
  )
)

const unpacked = (bytes: Buffer, encoding = ""): Effect.Effect<Buffer, BodyFault> => {
  const encodings = encoding
    .toLowerCase()
    .split(",")
    .map(name => name.trim())
    .filter(name => name !== "" && name !== "identity")
  if (encodings.length > mostEncodings) return Effect.fail("not text")
  // unpacks the last encoding first; an empty body was not packed
  return bytes.length === 0
    ? Effect.succeed(bytes)
    : Effect.reduceRight(
        encodings,
        bytes,
        (name, packed) => unpackers[name]?.(packed) ?? Effect.fail("not text")
      )
}

type Unpacker = (packed: Buffer) => Effect.Effect<Buffer, BodyFault>

type ZlibFunction = (
  packed: Buffer,
  options: { readonly maxOutputLength: number },
  done: (error: Error | null, bytes: Buffer) => void
) => void

const unpacker =
  (unpack: ZlibFunction): Unpacker =>
  packed =>
    Effect.async<Buffer, BodyFault>(resume =>
      unpack(packed, { maxOutputLength: longestBodyBytes }, (error, bytes) =>
        resume(error === null ? Effect.succeed(bytes) : Effect.fail(faultOf(error)))
      )
    )

const faultOf = (error: Error): BodyFault => {
  const code = "code" in error ? error.code : ""
  if (code === "ERR_BUFFER_TOO_LARGE") return "too large"
  return code === "Z_BUF_ERROR" ? "cut" : "not text"
}

const gzip = unpacker(zlib.unzip)

const unpackers: Readonly<Record<string, Unpacker>> = {
  gzip,
  "x-gzip": gzip,
  br: unpacker(zlib.brotliDecompress),
  zstd: unpacker(zlib.zstdDecompress),
  // some servers send it without the zlib wrapper that the standard requires
  deflate: packed =>
    Effect.catchIf(
      unpacker(zlib.inflate)(packed),
      fault => fault === "not text",
      () => unpacker(zlib.inflateRaw)(packed)
    )
}

const decodeText = (bytes: Buffer): Body =>
  Either.try({
    try: () => new TextDecoder("utf-8", { fatal: true }).decode(bytes),
    catch: () => "not text" as const
  })
