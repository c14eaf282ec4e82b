import type { REST } from "@discordjs/rest"
import { withRetryAfter } from "./retryAfterHeader.ts"

/** Bytes, unpacked: more than a hundred messages of Discord's maximum size. */
const longestAnswerBytes = 8 * 1024 * 1024

/** The request arrived, and its outcome is unknown. */
class AnswerTooLong extends Error {
  override readonly name = "AnswerTooLong"
}

/** Reads the whole answer, up to the bound above, while the package's timeout for the try still runs. */
export const wholeOf = async (
  response: Response
): Promise<Awaited<ReturnType<REST["options"]["makeRequest"]>>> => {
  const bytes = await bytesOf(response)
  const { ok, status, statusText } = response
  const text = async () => new TextDecoder().decode(bytes)
  const headers = status === 429 ? withRetryAfter(response.headers, await text()) : response.headers
  return {
    ok,
    status,
    statusText,
    headers,
    body: null,
    bodyUsed: false,
    arrayBuffer: async () => bytes,
    text,
    json: async () => JSON.parse(await text())
  }
}

/** Leaving the loop early ends the connection. */
const bytesOf = async ({ body }: Response): Promise<ArrayBuffer> => {
  const chunks: Array<Uint8Array> = []
  let size = 0
  for await (const chunk of body ?? []) {
    size += chunk.byteLength
    if (size > longestAnswerBytes) throw new AnswerTooLong()
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks, size)).buffer
}
