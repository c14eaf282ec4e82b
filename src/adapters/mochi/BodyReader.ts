import { Either } from "effect"
import type { BodyFault } from "./tryOutcome.ts"

/** Bytes, packed and unpacked: some 20,000 tokens of a vault, which take a tenth of a second to parse. */
export const longestBodyBytes = 4 * 1024 * 1024
/** At most `mostLongBodies` bodies longer than this are read at a time: the others wait, with this many bytes each. */
const longBodyBytes = 512 * 1024
const mostLongBodies = 4

/** What reading can hold up. */
interface Flow {
  readonly pause: () => void
  readonly resume: () => void
}

/** The body of an answer, as it comes in. */
export class BodyReader {
  readonly #chunks: Array<Buffer> = []
  #size = 0
  #turn: Flow | undefined

  /** False if the body is too long. */
  takes(chunk: Buffer, flow: Flow): boolean {
    this.#size += chunk.length
    this.#chunks.push(chunk)
    if (this.#size > longestBodyBytes) return false
    if (this.#turn === undefined && this.#size > longBodyBytes) {
      this.#turn = flow
      waitForTurn(flow)
    }
    return true
  }

  get bytes(): Buffer {
    const [first, second] = this.#chunks
    return first !== undefined && second === undefined ? first : Buffer.concat(this.#chunks)
  }

  get text(): Either.Either<string, BodyFault> {
    return decodeText(this.bytes)
  }

  /** Lets another long body be read, if this was one. */
  leave(): void {
    if (this.#turn !== undefined) endTurn(this.#turn)
    this.#turn = undefined
  }
}

const reading = new Set<Flow>()
const waiting = new Set<Flow>()

const waitForTurn = (flow: Flow): void => {
  if (reading.size < mostLongBodies) {
    reading.add(flow)
    return
  }
  waiting.add(flow)
  flow.pause()
}

const endTurn = (flow: Flow): void => {
  waiting.delete(flow)
  if (!reading.delete(flow)) return
  const [next] = waiting
  if (next === undefined) return
  waiting.delete(next)
  reading.add(next)
  next.resume()
}

const utf8 = new TextDecoder("utf-8", { fatal: true })

export const decodeText = (bytes: Uint8Array): Either.Either<string, BodyFault> => {
  try {
    return Either.right(utf8.decode(bytes))
  } catch {
    return Either.left("not text")
  }
}
