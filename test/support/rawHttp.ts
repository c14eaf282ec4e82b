import { Effect } from "effect"
import { connect } from "node:net"
import type { Socket } from "node:net"

/** A connection on which a test writes what no client would, and reads everything that comes back. */
export interface RawConnection {
  readonly socket: Socket
  readonly write: (text: string | Buffer) => void
  readonly received: () => string
  /** Returns everything that the other side sent, when that has closed the connection. */
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

/** Sends one request that asks the server to close the connection, and returns the whole answer. */
export const exchange = (port: number, text: string): Effect.Effect<string> =>
  Effect.flatMap(open(port), connection =>
    Effect.zipRight(
      Effect.sync(() => connection.write(text)),
      connection.closed
    )
  )
