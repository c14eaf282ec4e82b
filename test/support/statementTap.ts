import { Effect } from "effect"
import type { Scope } from "effect"
import { connect, createServer } from "node:net"
import type { Socket } from "node:net"

/** A statement that a client sent, with the parameters it was sent with, in their text form. */
export interface Statement {
  readonly text: string
  readonly values: ReadonlyArray<string | null>
}

/** A way to PostgreSQL that passes everything on, and reads which statements the clients run. */
export interface StatementTap {
  readonly port: number
  /** Every statement so far, in the order in which they came. */
  readonly statements: () => ReadonlyArray<Statement>
}

export const make = (target: {
  readonly host: string
  readonly port: number
}): Effect.Effect<StatementTap, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.async<StatementTap & { readonly close: () => void }>(resume => {
      const statements: Array<Statement> = []
      const sockets = new Set<Socket>()
      const server = createServer(near => {
        const far = connect(target)
        const read = readingOf(statement => statements.push(statement))
        near.on("data", read)
        for (const [from, to] of [
          [near, far],
          [far, near]
        ] as const) {
          sockets.add(from)
          from.on("error", () => undefined)
          from.on("close", () => {
            sockets.delete(from)
            to.destroy()
          })
          from.pipe(to)
        }
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        resume(
          Effect.succeed({
            port: typeof address === "object" && address !== null ? address.port : 0,
            statements: () => statements,
            close: () => {
              for (const socket of sockets) socket.destroy()
              server.close()
            }
          })
        )
      })
    }),
    tap => Effect.sync(tap.close)
  )

/** Reads what one client sends: a start without a type byte, then messages of type, length and body. */
const readingOf = (onStatement: (statement: Statement) => void) => {
  const texts = new Map<string, string>()
  const bound = new Map<string, Statement>()
  let rest = Buffer.alloc(0)
  let hasBegun = false
  const onMessage = (type: string, body: Buffer) => {
    const fields = new Fields(body)
    if (type === "Q") onStatement({ text: fields.text(), values: [] })
    if (type === "P") texts.set(fields.text(), fields.text())
    if (type === "B") {
      const portal = fields.text()
      const text = texts.get(fields.text()) ?? ""
      fields.list(() => fields.int16())
      bound.set(portal, { text, values: fields.list(() => fields.value()) })
    }
    const run = type === "E" ? bound.get(fields.text()) : undefined
    if (run !== undefined) onStatement(run)
  }
  return (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    for (;;) {
      const typed = hasBegun ? 1 : 0
      if (rest.length < typed + 4) return
      const length = rest.readInt32BE(typed) + typed
      if (rest.length < length) return
      if (hasBegun) onMessage(String.fromCharCode(rest[0] ?? 0), rest.subarray(5, length))
      // Other starts ask for encryption, or to cancel.
      else hasBegun = rest.readInt32BE(4) === protocol3
      rest = rest.subarray(length)
    }
  }
}

const protocol3 = 3 << 16

class Fields {
  private at = 0
  private readonly body: Buffer

  constructor(body: Buffer) {
    this.body = body
  }

  text(): string {
    const end = this.body.indexOf(0, this.at)
    const text = this.body.toString("utf8", this.at, end)
    this.at = end + 1
    return text
  }

  int16(): number {
    this.at += 2
    return this.body.readInt16BE(this.at - 2)
  }

  value(): string | null {
    const length = this.body.readInt32BE(this.at)
    this.at += 4
    if (length < 0) return null
    this.at += length
    return this.body.toString("utf8", this.at - length, this.at)
  }

  list<A>(one: () => A): ReadonlyArray<A> {
    return Array.from({ length: this.int16() }, one)
  }
}
