import { createServer, type IncomingHttpHeaders } from "node:http"
import type { AddressInfo } from "node:net"
import { Effect } from "effect"

export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Stands where the bot listens: keeps what arrives, answers with the given statuses in turn, then 202. */
export const receiver = (statuses: ReadonlyArray<number> = []) =>
  Effect.gen(function* () {
    const received: Array<Received> = []
    const left = [...statuses]
    const server = yield* Effect.acquireRelease(
      Effect.sync(() =>
        createServer((request, response) => {
          const chunks: Array<Buffer> = []
          request.on("data", chunk => chunks.push(chunk))
          request.on("end", () => {
            const body = Buffer.concat(chunks).toString("utf8")
            received.push({ path: request.url ?? "", headers: request.headers, body })
            response.writeHead(left.shift() ?? 202).end("{}")
          })
        })
      ),
      server =>
        Effect.async<void>(resume => {
          server.close(() => resume(Effect.void))
          server.closeAllConnections()
        })
    )
    yield* Effect.async<void>(resume => {
      server.listen(0, "127.0.0.1", () => resume(Effect.void))
    })
    const { port } = server.address() as AddressInfo
    return { url: `http://127.0.0.1:${port}`, received }
  })

/** `status` of every event in the order of arrival. */
export const statuses = (received: ReadonlyArray<Received>): ReadonlyArray<string> =>
  received.map(({ body }) => JSON.parse(body).pay_transfer_request_metadata.status)
