import { NodeRuntime } from "@effect/platform-node"
import { Effect } from "effect"
import { createServer } from "node:http"
import * as Ground from "./Ground.ts"
import { approving, kudos, runRound, typing } from "./load.ts"
import * as Subject from "./Subject.ts"
const on = process.argv[2] === "on"
const sink = createServer((q, r) => {
  q.resume()
  q.on("end", () => r.writeHead(200).end("{}"))
}).listen(0, "127.0.0.1")
const main = Effect.gen(function* () {
  const ground = yield* Ground.make
  const address = sink.address()
  const port = typeof address === "object" && address ? address.port : 0
  const s = yield* Subject.make(ground, {
    kind: "service",
    people: 200,
    mochiTakes: 50,
    environment: {
      NODE_OPTIONS:
        process.argv[3] === "noprof" ? "" : `--cpu-prof --cpu-prof-dir=/tmp/prof/${process.argv[2]}`,
      ...(on ? { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` } : {})
    }
  })
  const deeds = [kudos, approving, typing]
  yield* runRound(s, kudos, { count: 300, perSecond: 60 })
  for (let n = 0; n < 4; n++) {
    const r = yield* runRound(s, (a, b, i) => deeds[(i + n) % 3]!(a, b, i), { count: 160, perSecond: 20 })
    console.log(
      process.argv[2],
      n,
      (r.cpuMillis / 160).toFixed(2),
      Math.max(...r.acks).toFixed(0),
      r.failures
    )
  }
}).pipe(Effect.scoped, Effect.ensuring(Effect.sync(() => sink.close())))
NodeRuntime.runMain(main, { disablePrettyLogger: true })
