import { Effect } from "effect"
import type { Scope } from "effect"
import { Agent, createServer, request as forward } from "node:http"
import type { IncomingHttpHeaders } from "node:http"

/**
 * A balancer like one in front of replicas: it takes them in turn, and tries the next if it cannot connect. It answers
 * 502 for a request that broke in the middle: the sender must find out whether a replica handled it.
 */
export const balance = (
  port: number,
  backends: ReadonlyArray<string>
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<() => void>(resume => {
      const agent = new Agent({ keepAlive: false })
      // One turn for each path: otherwise each of two kinds of requests that alternate would reach only one replica.
      const turns = new Map<string, number>()
      const server = createServer((incoming, answer) => {
        const chunks: Array<Buffer> = []
        incoming.on("data", chunk => chunks.push(chunk))
        incoming.on("end", () => {
          const turn = (turns.get(incoming.url ?? "") ?? 0) + 1
          turns.set(incoming.url ?? "", turn)
          const order = backends.map((_, index) => backends[(turn + index) % backends.length] ?? "")
          attempt({ method: incoming.method, headers: incoming.headers, url: incoming.url ?? "/" }, order)

          function attempt(
            call: { method: string | undefined; headers: IncomingHttpHeaders; url: string },
            [backend, ...others]: ReadonlyArray<string>
          ) {
            if (backend === undefined) return void answer.writeHead(503).end()
            const outgoing = forward(
              `${backend}${call.url}`,
              {
                agent,
                headers: call.headers,
                ...(call.method === undefined ? {} : { method: call.method })
              },
              response => {
                answer.writeHead(response.statusCode ?? 502, response.headers)
                response.on("error", () => answer.destroy())
                response.pipe(answer)
              }
            )
            outgoing.on("error", error => {
              if (answer.headersSent) answer.destroy()
              else if ("code" in error && error.code === "ECONNREFUSED") attempt(call, others)
              else answer.writeHead(502).end()
            })
            outgoing.end(Buffer.concat(chunks))
          }
        })
      })
      server.listen(port, "127.0.0.1", () =>
        resume(
          Effect.succeed(() => {
            server.close()
            server.closeAllConnections()
          })
        )
      )
    }),
    close => Effect.sync(close)
  ).pipe(Effect.asVoid)
