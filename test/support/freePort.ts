import { Effect } from "effect"
import { createServer } from "node:net"

/*
 * Test files run at once, and a service gets its port some time before it listens. Systems give ports of 32768 and more
 * to a program that asks for any, so these lie below. Each worker of Vitest has a stretch of its own, and goes through it in
 * turn from a random place: two runs on one machine hardly meet, and what does not fit is passed over.
 */
const first = 20_000
const stretch = 400
const stretches = 32

const worker = Number(process.env["VITEST_POOL_ID"] ?? 1)
let turn = Math.floor(Math.random() * stretch)

const next = (): number => {
  turn = (turn + 1) % stretch
  return first + (worker % stretches) * stretch + turn
}

/** A port that nobody listened on a moment ago, and that no other test of this run gets. */
export const freePort: Effect.Effect<number> = Effect.suspend(() => {
  const port = next()
  return Effect.async<number>(resume => {
    const server = createServer()
    server.once("error", () => resume(freePort))
    server.listen(port, "127.0.0.1", () => server.close(() => resume(Effect.succeed(port))))
  })
})
