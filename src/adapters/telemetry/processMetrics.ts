import { monitorEventLoopDelay, performance } from "node:perf_hooks"
import { Effect, Metric, Schedule } from "effect"
import type { Scope } from "effect"

/** Samples the process every five seconds; the figures of the event loop are about the time since the last sample. */
export const sampling: Effect.Effect<void, never, Scope.Scope> = Effect.gen(function* () {
  const delay = yield* Effect.acquireRelease(
    Effect.sync(() => {
      const histogram = monitorEventLoopDelay({ resolution: resolutionMillis })
      histogram.enable()
      return histogram
    }),
    histogram => Effect.sync(() => histogram.disable())
  )
  let cpuBefore = { user: 0, system: 0 }
  let loopBefore = performance.eventLoopUtilization()

  const sample = Effect.gen(function* () {
    const cpu = process.cpuUsage()
    const memory = process.memoryUsage()
    const loop = performance.eventLoopUtilization()
    yield* Metric.incrementBy(cpuTime("user"), (cpu.user - cpuBefore.user) / 1e6)
    yield* Metric.incrementBy(cpuTime("system"), (cpu.system - cpuBefore.system) / 1e6)
    yield* Metric.set(residentMemory, memory.rss)
    yield* Metric.set(heapUsed, memory.heapUsed)
    yield* Metric.set(uptime, process.uptime())
    yield* Metric.set(loopUtilization, performance.eventLoopUtilization(loop, loopBefore).utilization)
    yield* Metric.set(loopDelay("p50"), secondsOf(delay.percentile(50)))
    yield* Metric.set(loopDelay("p99"), secondsOf(delay.percentile(99)))
    yield* Metric.set(loopDelay("max"), secondsOf(delay.max))
    cpuBefore = cpu
    loopBefore = loop
    delay.reset()
  })
  yield* Effect.forkScoped(Effect.repeat(sample, Schedule.spaced("5 seconds")))
})

/** Each sample wakes the process: at this pace an idle one hardly notices, and no stall of a tenth of a second goes unseen. */
const resolutionMillis = 100

/** From nanoseconds, without the timer's own period, which an idle loop shows as well. */
const secondsOf = (nanoseconds: number): number =>
  Math.max(0, (Number.isFinite(nanoseconds) ? nanoseconds : 0) / 1e9 - resolutionMillis / 1000)

const cpuTime = (mode: "user" | "system") =>
  Metric.counter("process.cpu.time", { description: "CPU time used", incremental: true }).pipe(
    Metric.tagged("cpu.mode", mode),
    Metric.tagged("unit", "s")
  )

const residentMemory = Metric.gauge("process.memory.usage", { description: "Resident memory" }).pipe(
  Metric.tagged("unit", "By")
)

const heapUsed = Metric.gauge("v8js.memory.heap.used", { description: "Heap in use" }).pipe(
  Metric.tagged("unit", "By")
)

const uptime = Metric.gauge("process.uptime", { description: "Time since the process started" }).pipe(
  Metric.tagged("unit", "s")
)

const loopUtilization = Metric.gauge("nodejs.eventloop.utilization", {
  description: "Share of the time in which the event loop was busy, 0 to 1"
})

const loopDelay = (quantile: "p50" | "p99" | "max") =>
  Metric.gauge(`nodejs.eventloop.delay.${quantile}`, { description: "Delay of the event loop" }).pipe(
    Metric.tagged("unit", "s")
  )
