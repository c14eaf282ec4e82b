import { Effect } from "effect"
import type { Scope } from "effect"
import { connect, createServer } from "node:net"
import type { Socket } from "node:net"

/** A way to a server that can be cut, and can go silent. */
export interface TcpProxy {
  readonly port: number
  /** Open connections break, new ones are refused. */
  readonly cut: () => void
  /** Connections stay, and nothing passes. */
  readonly silence: () => void
  /** As they are, but new connections pass. */
  readonly restoreForNew: () => void
  readonly restore: () => void
}

export const make = (target: { readonly host: string; readonly port: number }) =>
  Effect.acquireRelease(
    Effect.async<TcpProxy & { readonly close: () => void }>(resume => {
      const sockets = new Set<Socket>()
      let way: "open" | "cut" | "silent" = "open"
      const server = createServer(near => {
        if (way === "cut") {
          near.destroy()
          return
        }
        const far = connect(target)
        for (const [from, to] of [
          [near, far],
          [far, near]
        ] as const) {
          sockets.add(from)
          from.on("error", () => to.destroy())
          from.on("close", () => {
            sockets.delete(from)
            to.destroy()
          })
          from.pipe(to)
          if (way === "silent") from.pause()
        }
      })
      const drop = () => {
        for (const socket of sockets) socket.destroy()
      }
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        resume(
          Effect.succeed({
            port: typeof address === "object" && address !== null ? address.port : 0,
            cut: () => {
              way = "cut"
              drop()
            },
            silence: () => {
              way = "silent"
              for (const socket of sockets) socket.pause()
            },
            restoreForNew: () => {
              way = "open"
            },
            restore: () => {
              if (way === "silent") drop()
              way = "open"
            },
            close: () => {
              drop()
              server.close()
            }
          })
        )
      })
    }),
    proxy => Effect.sync(proxy.close)
  ) satisfies Effect.Effect<TcpProxy, never, Scope.Scope>
