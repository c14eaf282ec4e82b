import { Effect } from "effect"
import { connect } from "node:net"
import type { Socket } from "node:net"

/** A connection on which a test writes what no client would, and all that came back on it. */
export interface RawConnection {
  readonly socket: Socket
  readonly write: (text: string | Buffer) => void
  readonly received: () => string
  /** Ends when the other side is gone, with what it said until then. */
  readonly closed: Effect.Effect<string>
}

export const open = (port: number): Effect.Effect<RawConnection> =>
  Effect.async(resume => {
    const parts: Array<Buffer> = []
    const received = () => Buffer.concat(parts).toString("latin1")
    const socket = connect({ port, host: "127.0.0.1" })
    const closed = new Promise<string>(resolve => socket.once("close", () => resolve(received())))
    socket.on("error", () => undefined)
    socket.on("data", (part: Buffer) => parts.push(part))
    socket.once("connect", () =>
      resume(
        Effect.succeed({
          socket,
          write: text => {
            socket.write(text)
          },
          received,
          closed: Effect.promise(() => closed)
        })
      )
    )
  })

/** The whole answer to one request that asks for the connection to be closed. */
export const exchange = (port: number, text: string): Effect.Effect<string> =>
  Effect.flatMap(open(port), connection =>
    Effect.zipRight(
      Effect.sync(() => connection.write(text)),
      connection.closed
    )
  )
