import { Effect, Ref, Stream } from "effect"
import type { Scope } from "effect"
import type { WorldEvent } from "../discord/WorldEvent.ts"
import type { MochiEvent } from "../mochi/FakeMochi.ts"
import type { Sandbox } from "../Sandbox.ts"
import type { LogLine, ServiceStatus } from "../ServiceProcess.ts"
import { traceOf } from "./traces.ts"
import type { ActivityView } from "./wire.ts"

/** Events of all parts, newest first. */
export type Activity = Effect.Effect<ReadonlyArray<ActivityView>>

type Entry = Omit<ActivityView, "id" | "at">

const longest = 120

/** Collects entries until the scope ends; `changed` runs after each of them. */
export const make = (
  { discord, mochi, service }: Sandbox,
  changed: Effect.Effect<void>
): Effect.Effect<Activity, never, Scope.Scope> =>
  Effect.gen(function* () {
    const entries = yield* Ref.make<ReadonlyArray<ActivityView>>([])
    let count = 0
    const write = (entry: Entry | undefined) =>
      entry === undefined
        ? Effect.void
        : Effect.zipRight(
            Ref.update(entries, before =>
              [{ ...entry, id: ++count, at: Date.now() }, ...before].slice(0, longest)
            ),
            changed
          )
    const follow = <A>(events: Stream.Stream<A>, entryOf: (event: A) => Entry | undefined) =>
      Effect.forkScoped(Stream.runForEach(events, event => write(entryOf(event))))
    yield* follow(discord.events, ofDiscord)
    yield* follow(mochi.events, ofMochi)
    yield* follow(Stream.changesWith(service.status.changes, samePhase), ofService)
    yield* follow(newestLines(service.log.changes), ofLog)
    return Ref.get(entries)
  })

const samePhase = (a: ServiceStatus, b: ServiceStatus) => a.phase === b.phase && a.pid === b.pid

/** Each new line at the end of the log, once. */
const newestLines = (logs: Stream.Stream<ReadonlyArray<LogLine>>): Stream.Stream<LogLine> =>
  logs.pipe(
    Stream.mapAccum(new Set<LogLine>(), (seen, lines) => [
      new Set(lines),
      lines.filter(line => !seen.has(line))
    ]),
    Stream.flattenIterables
  )

const entry = (
  source: Entry["source"],
  text: string,
  tone: Entry["tone"] = "plain",
  trace: string | null = null
): Entry => ({ source, text, tone, trace })

const ofDiscord = (event: WorldEvent): Entry | undefined => {
  switch (event._tag) {
    case "InteractionCreated":
      return event.interaction.type === 4
        ? undefined
        : entry("Discord", `${interactionName(event.interaction)} sent to the bot`)
    case "InteractionAcked":
      return event.interaction.type === 4
        ? entry("Discord", `suggestions after ${event.interaction.ack?.ms} ms`, "quiet")
        : entry(
            "Discord",
            `${interactionName(event.interaction)} acknowledged after ${event.interaction.ack?.ms} ms`,
            "good"
          )
    case "InteractionFailed":
      return entry("Discord", `${interactionName(event.interaction)}: ${event.interaction.failure}`, "bad")
    case "RequestDone": {
      const { method, route, status } = event.request
      if (status === 429) return entry("Discord", `429 to ${method} ${route}`, "warn")
      if (status >= 400 || status === 0)
        return entry("Discord", `${status || "no answer"} to ${method} ${route}`, "bad")
      return method === "GET" ? undefined : entry("Discord", `${status} to ${method} ${route}`, "quiet")
    }
    case "GatewayIdentified":
      return entry("Discord", "gateway: a new session", "good")
    case "GatewayResumed":
      return entry("Discord", `gateway: session resumed, ${event.replayed} missed events replayed`, "good")
    case "GatewayClosed":
      return entry("Discord", `gateway: connection closed (${event.code})`, "warn")
    case "CommandsChanged":
      return entry("Discord", "commands registered")
    default:
      return undefined
  }
}

const interactionName = ({ name, type }: { readonly name: string; readonly type: 2 | 3 | 4 }) =>
  type === 3 ? `button ${name}` : `/${name}`

const ofMochi = (event: MochiEvent): Entry | undefined => {
  switch (event._tag) {
    case "CallBegan":
      return undefined
    case "CallEnded": {
      const { headers, operation, outcome, status } = event.call
      if (operation === "health") return undefined
      const isRead = event.call.method === "GET"
      const bad = status === undefined || status >= 400
      const trace = traceOf(headers["traceparent"])
      return entry(
        "Mochi",
        `${status ?? outcome} to ${operation ?? event.call.path}`,
        bad ? "bad" : isRead ? "quiet" : "plain",
        trace
      )
    }
    case "RequestChanged":
      return entry("Mochi", `request ${event.request.code} is ${event.request.status}`, "good")
    case "WebhookSent": {
      const { attempt, code, headers, status } = event.attempt
      const tries = attempt > 1 ? `, try ${attempt}` : ""
      const taken = status !== undefined && status < 300
      return entry(
        "Mochi",
        `webhook about ${code ?? "?"}${tries}: ${status ?? "no answer"}`,
        taken ? "plain" : "warn",
        traceOf(headers["traceparent"])
      )
    }
  }
}

const ofService = ({ ended, phase, pid }: ServiceStatus): Entry => {
  switch (phase) {
    case "starting":
      return entry("Sandbox", `the service starts as process ${pid}`)
    case "ready":
      return entry("Sandbox", "the service is ready", "good")
    case "stopped":
      return entry("Sandbox", `the service is gone (${ended ?? "not started"})`, "warn")
  }
}

const ofLog = ({ level, message, trace_id, ...fields }: LogLine): Entry | undefined => {
  const { audience, outcome, reason, request_code } = fields
  const about = [outcome, reason, audience, request_code].filter(part => typeof part === "string").join(" · ")
  const tones: Readonly<Record<string, Entry["tone"]>> = {
    error: "bad",
    fatal: "bad",
    warn: "warn",
    raw: "bad"
  }
  return entry(
    "Service",
    about === "" ? message.slice(0, 300) : `${message} · ${about}`,
    tones[level] ?? "quiet",
    trace_id ?? null
  )
}
