import { Effect } from "effect"
import type { Scope } from "effect"
import { Agent, createServer, request as forward } from "node:http"
import type { IncomingHttpHeaders } from "node:http"

/**
 * A balancer such as stands in front of replicas: in turn, and to the next one where no connection comes about. What broke
 * in the middle is answered 502: whether it was handled is for the sender to find out.
 */
export const balance = (
  port: number,
  backends: ReadonlyArray<string>
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<() => void>(resume => {
      const agent = new Agent({ keepAlive: false })
      // For each path apart, since two kinds of requests that alternate would otherwise each get one copy to itself.
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
            asked: { method: string | undefined; headers: IncomingHttpHeaders; url: string },
            [backend, ...others]: ReadonlyArray<string>
          ) {
            if (backend === undefined) return void answer.writeHead(503).end()
            const outgoing = forward(
              `${backend}${asked.url}`,
              {
                agent,
                headers: asked.headers,
                ...(asked.method === undefined ? {} : { method: asked.method })
              },
              response => {
                answer.writeHead(response.statusCode ?? 502, response.headers)
                response.on("error", () => answer.destroy())
                response.pipe(answer)
              }
            )
            outgoing.on("error", error => {
              if (answer.headersSent) answer.destroy()
              else if ("code" in error && error.code === "ECONNREFUSED") attempt(asked, others)
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
