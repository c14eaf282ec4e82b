import { Effect } from "effect"
import type { Scope } from "effect"
import { connect, createServer } from "node:net"
import type { Socket } from "node:net"

/** A proxy to a server that can cut its connections or go silent. */
export interface TcpProxy {
  readonly port: number
  /** Breaks open connections and refuses new ones. */
  readonly cut: () => void
  /** Keeps connections open, and lets nothing pass. */
  readonly silence: () => void
  /** The server sees its clients leave; they do not notice, and new connections pass nothing. */
  readonly vanish: () => void
  /** Lets new connections pass, and leaves the old ones as they are. */
  readonly restoreForNew: () => void
  readonly restore: () => void
}

interface Pair {
  readonly near: Socket
  readonly far: Socket
}

export const make = (target: { readonly host: string; readonly port: number }) =>
  Effect.acquireRelease(
    Effect.async<TcpProxy & { readonly close: () => void }>(resume => {
      const pairs = new Set<Pair>()
      const quiet = new Set<Pair>()
      let way: "open" | "cut" | "silent" = "open"
      const server = createServer(near => {
        if (way === "cut") {
          near.destroy()
          return
        }
        const pair = { near, far: connect(target) }
        pairs.add(pair)
        for (const [from, to] of [
          [near, pair.far],
          [pair.far, near]
        ] as const) {
          from.on("error", () => undefined)
          from.on("close", () => {
            if (quiet.has(pair) && from === pair.far) return
            pairs.delete(pair)
            to.destroy()
          })
          from.pipe(to, { end: false })
        }
        if (way === "silent") silencePair(pair)
      })
      const silencePair = (pair: Pair) => {
        quiet.add(pair)
        pair.near.unpipe()
        pair.far.unpipe()
      }
      const drop = (which: Iterable<Pair>) => {
        for (const { far, near } of which) {
          near.destroy()
          far.destroy()
        }
      }
      const silence = () => {
        way = "silent"
        for (const pair of pairs) silencePair(pair)
      }
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        resume(
          Effect.succeed({
            port: typeof address === "object" && address !== null ? address.port : 0,
            cut: () => {
              way = "cut"
              drop(pairs)
            },
            silence,
            vanish: () => {
              silence()
              for (const { far } of quiet) far.destroy()
            },
            restoreForNew: () => {
              way = "open"
            },
            restore: () => {
              way = "open"
              drop(quiet)
              quiet.clear()
            },
            close: () => {
              way = "cut"
              drop(pairs)
              drop(quiet)
              server.close()
            }
          })
        )
      })
    }),
    proxy => Effect.sync(proxy.close)
  ) satisfies Effect.Effect<TcpProxy, never, Scope.Scope>
