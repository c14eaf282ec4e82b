/** `npm run bench`: every part in one run, or only the parts that the command line names. */
import { Console, Effect } from "effect"
import type { Scope } from "effect"
import { availableParallelism, cpus, loadavg } from "node:os"
import { runToOrderlyEnd } from "../sandbox/orderlyEnd.ts"
import * as Ground from "./Ground.ts"
import { ack } from "./parts/ack.ts"
import { memory } from "./parts/memory.ts"
import { messages } from "./parts/messages.ts"
import { notifications } from "./parts/notifications.ts"
import { telemetry } from "./parts/telemetry.ts"
import { drawTable, isMet } from "./Table.ts"
import type { Table } from "./Table.ts"

const parts: Readonly<Record<string, (ground: Ground.Ground) => Effect.Effect<Table, never, Scope.Scope>>> = {
  ack,
  memory,
  messages,
  notifications,
  telemetry
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter(name => !(name in parts))

const bench = Effect.gen(function* () {
  const ground = yield* Ground.make
  yield* Console.log(
    `Node ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model ?? "unknown"}), ${new Date().toISOString()}\n`
  )
  const missed: Array<string> = []
  for (const [name, part] of Object.entries(parts)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue
    const started = performance.now()
    const table = yield* Effect.scoped(part(ground))
    yield* Console.log(
      `${drawTable(table)}(${name}: ${Math.round((performance.now() - started) / 1000)} s, load of the machine in its last minute ${loadavg()[0]?.toFixed(1)})\n`
    )
    missed.push(...table.rows.filter(row => !isMet(row)).map(({ figure }) => `${name}: ${figure}`))
  }
  if (missed.length === 0) return yield* Console.log("Every target was met.")
  yield* Console.log(["Not met:", ...missed.map(figure => `  ${figure}`)].join("\n"))
  process.exitCode = 1
}).pipe(Effect.scoped)

if (unknown.length > 0) {
  console.error(`Unknown part: ${unknown.join(", ")}. The parts are ${Object.keys(parts).join(", ")}.`)
  process.exitCode = 1
} else runToOrderlyEnd(bench)
