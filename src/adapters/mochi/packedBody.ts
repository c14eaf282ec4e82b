import { Effect } from "effect"
import type { Either } from "effect"
import * as zlib from "node:zlib"
import { decodeText, longestBodyBytes } from "./BodyReader.ts"
import type { BodyFault } from "./tryOutcome.ts"

/** Nobody packs a body more often; each unpacking is bounded, but has a cost. */
const mostEncodings = 2

/** Whether a `Content-Encoding` says that the body is packed, even though no call asks for that. */
export const isPacked = (encoding: string): boolean => encodingsOf(encoding).length > 0

export const unpackedText = (
  bytes: Buffer,
  encoding: string
): Effect.Effect<Either.Either<string, BodyFault>> =>
  unpacked(bytes, encodingsOf(encoding)).pipe(Effect.flatMap(decodeText), Effect.either)

const encodingsOf = (encoding: string): ReadonlyArray<string> =>
  encoding === ""
    ? []
    : encoding
        .toLowerCase()
        .split(",")
        .map(name => name.trim())
        .filter(name => name !== "" && name !== "identity")

const unpacked = (bytes: Buffer, encodings: ReadonlyArray<string>): Effect.Effect<Buffer, BodyFault> => {
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
