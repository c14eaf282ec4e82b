import { it } from "@effect/vitest"
import { Effect } from "effect"
import type { RequestListener, Server } from "node:http"
import { describe, expect } from "vitest"
import * as BoundedServer from "../../../src/adapters/process/boundedServer.ts"
import * as RawHttp from "../../support/rawHttp.ts"

const listening = (listener: RequestListener) =>
  Effect.acquireRelease(
    Effect.async<{ readonly server: Server; readonly port: number }>(resume => {
      const server = BoundedServer.make(() => undefined)
      server.on("request", listener)
      server.listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, () => {
        const address = server.address()
        if (typeof address === "object" && address !== null)
          resume(Effect.succeed({ server, port: address.port }))
      })
    }),
    ({ server }) =>
      Effect.async<void>(resume => {
        server.close(() => resume(Effect.void))
        server.closeAllConnections()
      })
  )

/** Takes the whole body before it answers. */
const patient: RequestListener = (request, response) => {
  request
    .on("error", () => undefined)
    .on("end", () => response.end("done"))
    .resume()
}

/** Answers before it has looked at the body. */
const hasty: RequestListener = (_, response) => {
  response.writeHead(401).end("no")
}

const head = (length: number) => `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n`

const statusOf = (said: string) => said.split("\r\n", 1)[0]

describe("A server that strangers reach", () => {
  it.scopedLive(
    "closes what says nothing, and what stops or drips in its headers or its body (A8)",
    () =>
      Effect.gen(function* () {
        const { port, server } = yield* listening(patient)
        const drips = (first: string, drop: string) =>
          Effect.gen(function* () {
            const connection = yield* RawHttp.open(port)
            connection.write(first)
            yield* Effect.forkScoped(
              Effect.forever(
                Effect.delay(
                  Effect.sync(() => connection.write(drop)),
                  "500 millis"
                )
              )
            )
            return yield* connection.closed
          })
        const stops = (text: string) =>
          Effect.flatMap(RawHttp.open(port), connection => {
            if (text !== "") connection.write(text)
            return connection.closed
          })
        const ended = yield* Effect.all(
          [
            stops(""),
            stops("POST / HT"),
            stops(`${head(5)}X-`),
            drips(head(5), "X-Drop: 1\r\n"),
            stops(`${head(5)}\r\nab`),
            stops(head(64 * 1024 - 10) + "\r\n"),
            drips(`${head(5_000)}\r\n`, "x"),
            drips("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n")
          ],
          { concurrency: "unbounded" }
        ).pipe(Effect.timeout("20 seconds"))
        expect(ended.map(statusOf)).toEqual(Array.from(ended, () => "HTTP/1.1 408 Request Timeout"))
        yield* Effect.async<void>(resume => {
          server.getConnections((_, count) => {
            expect(count).toBe(0)
            resume(Effect.void)
          })
        })
      }),
    40_000
  )

  it.scopedLive(
    "holds a bounded number of silent connections in bounded memory, and serves again when they are gone (A8)",
    () =>
      Effect.gen(function* () {
        const { port, server } = yield* listening(patient)
        const before = process.memoryUsage().rss
        let dropped = 0
        server.on("drop", () => {
          dropped += 1
        })
        const silent = yield* Effect.all(
          Array.from({ length: 1_300 }, () => RawHttp.open(port)),
          { concurrency: 200 }
        )
        for (const connection of silent) connection.write(`${head(64 * 1024)}\r\n`)
        yield* Effect.all(
          silent.map(({ closed }) => closed),
          { concurrency: "unbounded" }
        ).pipe(Effect.timeout("30 seconds"))
        expect(dropped).toBeGreaterThanOrEqual(300)
        // both ends of each connection are in this process
        expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024)
        const said = yield* RawHttp.exchange(port, `${head(2)}Connection: close\r\n\r\nab`)
        expect(statusOf(said)).toBe("HTTP/1.1 200 OK")
      }),
    60_000
  )

  it.scopedLive(
    "lets a sender who first sends everything read an early answer, and wastes no more than that (A8)",
    () =>
      Effect.gen(function* () {
        const { port, server } = yield* listening(hasty)
        let taken = 0
        server.on("connection", socket => socket.once("close", () => (taken = socket.bytesRead)))
        const long = yield* RawHttp.open(port)
        long.write(`${head(900_000)}Connection: close\r\n\r\n`)
        long.write(Buffer.alloc(900_000))
        expect(statusOf(yield* long.closed)).toBe("HTTP/1.1 401 Unauthorized")

        const endless = yield* RawHttp.open(port)
        endless.write(`${head(1024 ** 3)}\r\n`)
        const part = Buffer.alloc(256 * 1024)
        const pour = () => {
          if (endless.socket.writable) endless.socket.write(part, pour)
        }
        pour()
        expect(statusOf(yield* endless.closed)).toBe("HTTP/1.1 401 Unauthorized")
        expect(taken).toBeLessThan(4 * 1024 * 1024)
      })
  )

  it.scopedLive("keeps an open connection usable after an answer that came early (A8)", () =>
    Effect.gen(function* () {
      const { port } = yield* listening(hasty)
      const connection = yield* RawHttp.open(port)
      for (let time = 0; time < 200; time++) connection.write(`${head(100_000)}\r\n${"x".repeat(100_000)}`)
      connection.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
      expect((yield* connection.closed).split("HTTP/1.1 401").length - 1).toBe(201)
    })
  )
})
