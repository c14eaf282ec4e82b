/** `npm run bench`: every part in one run, or only the parts that the command line names. */
import { Console, Effect } from "effect"
import type { Scope } from "effect"
import { availableParallelism, cpus, loadavg } from "node:os"
import { parseArgs } from "node:util"
import { runToOrderlyEnd } from "../sandbox/orderlyEnd.ts"
import { checkOut } from "./Checkout.ts"
import * as Ground from "./Ground.ts"
import { ack } from "./parts/ack.ts"
import { answer } from "./parts/answer.ts"
import { burst } from "./parts/burst.ts"
import { full } from "./parts/full.ts"
import { idle } from "./parts/idle.ts"
import { memory } from "./parts/memory.ts"
import { messages } from "./parts/messages.ts"
import { notifications } from "./parts/notifications.ts"
import { queue } from "./parts/queue.ts"
import { rate } from "./parts/rate.ts"
import { start } from "./parts/start.ts"
import { telemetry } from "./parts/telemetry.ts"
import { typing } from "./parts/typing.ts"
import { drawTable, isMet } from "./Table.ts"
import type { Table } from "./Table.ts"

const parts: Readonly<Record<string, (ground: Ground.Ground) => Effect.Effect<Table, never, Scope.Scope>>> = {
  ack,
  answer,
  burst,
  rate,
  typing,
  messages,
  notifications,
  queue,
  idle,
  start,
  full,
  memory,
  telemetry
}

const usage = `npm run bench -- [PART ...] [--against COMMIT]
The parts are ${Object.keys(parts).join(", ")}; all of them without a name.`

const bench = (wanted: ReadonlyArray<string>, against: string | undefined) =>
  Effect.gen(function* () {
    const shared = yield* Ground.make
    const ground =
      against === undefined ? shared : { ...shared, before: yield* checkOut(against, shared.folder) }
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
  }).pipe(
    Effect.catchTag("CheckoutFailed", ({ message }) =>
      Effect.zipRight(
        Console.error(message),
        Effect.sync(() => {
          process.exitCode = 1
        })
      )
    ),
    Effect.scoped,
    // Spans of the fakes would take from the two cores that the subjects share.
    Effect.withTracerEnabled(false)
  )

const refuse = (why: string) => {
  console.error(`${why}\n${usage}`)
  process.exitCode = 1
}

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { against: { type: "string" }, help: { type: "boolean" } }
  })
  const unknown = positionals.filter(name => !(name in parts))
  if (values.help === true) console.log(usage)
  else if (unknown.length > 0) refuse(`Unknown part: ${unknown.join(", ")}.`)
  else runToOrderlyEnd(bench(positionals, values.against))
} catch (error) {
  refuse(error instanceof Error ? error.message : String(error))
}
