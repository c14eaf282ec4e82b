import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Scope } from "effect"
import { createConnection } from "node:net"
import { FakeDiscord } from "../../sandbox/discord/FakeDiscord.ts"
import * as FakeMochi from "../../sandbox/mochi/FakeMochi.ts"
import * as Sandbox from "../../sandbox/Sandbox.ts"
import { serve } from "../../sandbox/web/WebServer.ts"

/** Bytes as they are, and what comes back until the other side closes or says no more. */
const raw = (port: number, text: string): Promise<string> =>
  new Promise(resolve => {
    let answer = ""
    const socket = createConnection(port, "127.0.0.1", () => socket.write(text))
    const end = () => {
      clearTimeout(patience)
      socket.destroy()
      resolve(answer)
    }
    const patience = setTimeout(end, 3000)
    socket.on("data", chunk => {
      answer += chunk
      if (/^HTTP\/1\.1 \d{3}/.test(answer)) end()
    })
    socket.on("error", end)
    socket.on("close", end)
  })

const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0)

const targets = [
  "//",
  "///",
  "//:",
  "http://",
  "http://[",
  "*",
  "/%",
  "/%00",
  "/\\",
  "?",
  "/api/v10//",
  "/api/v10/gateway/%"
]

const upgrade =
  "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

const servers: ReadonlyArray<readonly [string, Effect.Effect<number, unknown, Scope.Scope>]> = [
  ["the fake Discord", Effect.map(FakeDiscord.make(), ({ url }) => Number(new URL(url).port))],
  [
    "the fake Mochi",
    Effect.map(FakeMochi.make({ botSecret: "secret", botPublicKey: "00".repeat(32) }), ({ port }) => port)
  ],
  [
    "the page",
    Effect.flatMap(Sandbox.make, sandbox =>
      serve(sandbox, { host: "127.0.0.1", port: 0, settings: { traceUrl: null } })
    )
  ]
]

describe.each(servers)("%s", (_, server) => {
  it.scopedLive("survives any target, asked for plainly or as a WebSocket (A25)", () =>
    Effect.gen(function* () {
      const port = yield* server
      for (const target of targets)
        for (const more of ["", upgrade]) {
          const answer = yield* Effect.promise(() =>
            raw(port, `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${more}\r\n`)
          )
          expect([target, more !== "", statusOf(answer)]).toEqual([target, more !== "", expect.any(Number)])
          expect([target, statusOf(answer)]).not.toEqual([target, 500])
        }
    })
  )

  it.scopedLive("answers its own machine alone, and no page of another origin (A25)", () =>
    Effect.gen(function* () {
      const port = yield* server
      const own = `127.0.0.1:${port}`
      const status = (host: string, origin: string | undefined, more = "") =>
        Effect.map(
          Effect.promise(() =>
            raw(
              port,
              `GET / HTTP/1.1\r\nHost: ${host}\r\n${origin === undefined ? "" : `Origin: ${origin}\r\n`}${more}\r\n`
            )
          ),
          statusOf
        )
      for (const [host, origin] of [
        ["evil.example", undefined],
        [`127.0.0.1.evil.example:${port}`, undefined],
        [own, "http://evil.example"],
        [own, "http://127.0.0.1:4000"],
        [own, "http://localhost:3000"],
        [own, `https://${own}`],
        [own, "null"]
      ] as const) {
        expect([host, origin, yield* status(host, origin)]).toEqual([host, origin, 403])
        // Where nothing is spoken but HTTP, an upgrade is a request like any other; else the socket is closed.
        expect([0, 403]).toContain(yield* status(host, origin, upgrade))
      }
      expect(yield* status(own, undefined)).not.toBe(403)
      expect(yield* status(own, `http://${own}`)).not.toBe(403)
      expect(yield* status(`localhost:${port}`, undefined)).not.toBe(403)
    })
  )
})
