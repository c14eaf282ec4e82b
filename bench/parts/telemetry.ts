import { Effect } from "effect"
import type { Scope } from "effect"
import { createServer } from "node:http"
import type { Ground } from "../Ground.ts"
import type { Action } from "../actions.ts"
import { approving, kudos, typing } from "../actions.ts"
import { runRound } from "../load.ts"
import { median } from "../statistics.ts"
import * as Subject from "../Subject.ts"
import { serviceRow } from "../Table.ts"
import type { Table } from "../Table.ts"

const perSecond = 20
const count = 120
const rounds = 5
const actions = [kudos, approving, typing]

/** CPU time per interaction with all telemetry exported by OTLP, and with none; the two take turns, round by round. */
export const telemetry = (ground: Ground): Effect.Effect<Table, never, Scope.Scope> =>
  Effect.gen(function* () {
    const sink = yield* otlpSink
    const options = { people: 200, mochiTakes: 50 }
    const [on, off] = yield* Effect.all([
      Subject.make(ground, "service", {
        ...options,
        environment: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.endpoint, OTEL_METRIC_EXPORT_INTERVAL: "5000" }
      }),
      Subject.make(ground, "service", options)
    ])
    const round = (subject: Subject.Subject, number: number) => {
      let index = number
      const next: Action = (of, member) => (actions[index++ % actions.length] ?? kudos)(of, member)
      return runRound(subject, next, { count, perSecond })
    }
    for (const subject of [on, off]) yield* runRound(subject, kudos, { count: 300, perSecond: 60 })

    const ratios: Array<number> = []
    const costs = { on: Array.of<number>(), off: Array.of<number>() }
    let failures = 0
    for (let number = 0; number < rounds; number++) {
      // The first one changes from round to round, so that a machine that gets slower or faster favours neither.
      const order = number % 2 === 0 ? ([on, off] as const) : ([off, on] as const)
      const [first, second] = [yield* round(order[0], number), yield* round(order[1], number)]
      const [withIt, without] = number % 2 === 0 ? [first, second] : [second, first]
      costs.on.push(withIt.cpuMillis)
      costs.off.push(without.cpuMillis)
      ratios.push(withIt.cpuMillis / without.cpuMillis)
      failures += first.failures + second.failures
    }
    return {
      title: "Telemetry on (traces, metrics and logs by OTLP to loopback) and off",
      note: `${rounds} rounds each, in turn, of commands, buttons and autocompletes, ${perSecond} a second. Ratios round by round: ${ratios.map(ratio => ratio.toFixed(2)).join(" ")}.`,
      rows: [
        serviceRow("CPU an interaction, off", "ms", median(costs.off)),
        serviceRow("CPU an interaction, on", "ms", median(costs.on)),
        serviceRow("on costs more by", "%", (median(ratios) - 1) * 100, { atMost: 15 }),
        serviceRow("exported", "KiB", sink.received() / 1024, { atLeast: 1 }),
        serviceRow("failed", "", failures, { atMost: 0 })
      ]
    }
  })

/** Accepts every export. */
const otlpSink = Effect.acquireRelease(
  Effect.async<{ endpoint: string; received: () => number; close: () => void }>(resume => {
    let received = 0
    const server = createServer((request, response) => {
      request.on("data", (chunk: Buffer) => {
        received += chunk.length
      })
      request.on("end", () => response.writeHead(200, { "content-type": "application/json" }).end("{}"))
    })
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      const close = () => {
        server.close()
        server.closeAllConnections()
      }
      resume(Effect.succeed({ endpoint: `http://127.0.0.1:${port}`, received: () => received, close }))
    })
  }),
  ({ close }) => Effect.sync(close)
)
