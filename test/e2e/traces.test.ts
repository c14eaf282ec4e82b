import { describe, expect, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { DAO_APP } from "../../sandbox/mochi/demoWorld.ts"
import { otlpReceiver } from "../support/otlpReceiver.ts"
import type { OtlpReceiver, ReceivedSpan } from "../support/otlpReceiver.ts"
import { sendKudos } from "./steps.ts"
import { makeRunningWorld } from "./world.ts"
import type { World } from "./world.ts"

// The SDK reads it itself.
process.env["OTEL_BSP_SCHEDULE_DELAY"] = "20"

/** Everything that may stand in the picture of one `/kudos` with its card. */
const inThePicture = [
  /^discord\.interaction kudos$/,
  /^mochi\.(pay|profile) \w+$/,
  /^request\.store$/,
  /^webhook\.receive$/,
  /^notification\.deliver$/,
  /^discord\b(?!\.interaction)/
]

const mostSpans = 18

const watchedWorld = (environment: Readonly<Record<string, string>> = {}) =>
  Effect.gen(function* () {
    const receiver = yield* otlpReceiver
    const world = yield* makeRunningWorld({
      environment: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.endpoint}/v1/traces`, ...environment }
    })
    return { receiver, world }
  })

/** A `/kudos` until its card is there and told of: its interaction's span, and its whole trace. */
const oneKudos = (receiver: OtlpReceiver, world: World) =>
  Effect.gen(function* () {
    const run = yield* sendKudos(world)
    yield* run.answered
    const card = yield* world.discord.until("the owner's card", () => world.discord.dmsOf(world.linus)[0])
    const asked = yield* found(receiver, ({ name }) => name === "discord.interaction kudos")
    for (const last of ["webhook.receive", "notification.deliver"])
      yield* found(receiver, ({ name, traceId }) => name === last && traceId === asked.traceId)
    return { asked, card, trace: receiver.spans.filter(({ traceId }) => traceId === asked.traceId) }
  })

describe("The trace of a /kudos", () => {
  it.scopedLive(
    "is a picture of some fifteen spans, and one search finds all that is about its request",
    () =>
      Effect.gen(function* () {
        const { receiver, world } = yield* watchedWorld()
        const { asked, card, trace } = yield* oneKudos(receiver, world)
        // What the machine made wait shows up as well: that is what the threshold is for.
        const picture = trace.filter(span => !isSlowStatement(span))
        const names = picture.map(({ name }) => name)
        expect(names.filter(name => !inThePicture.some(known => known.test(name)))).toEqual([])
        expect(inThePicture.filter(known => !names.some(name => known.test(name)))).toEqual([])
        expect(names.length, treeOf(picture).join("\n")).toBeLessThanOrEqual(mostSpans)

        const [request] = yield* world.mochi.requests
        const about = (name: string) =>
          receiver.spans.find(
            span => span.name === name && span.attributes["mochi.request.code"] === request?.code
          )
        const application = { "mochi.application.id": DAO_APP }
        expect(about("discord.interaction kudos")).toMatchObject({
          spanId: asked.spanId,
          parentSpanId: "",
          attributes: { ...application, outcome: "success" }
        })
        expect(about("mochi.pay create_transfer_request")).toMatchObject({
          parentSpanId: asked.spanId,
          attributes: application
        })
        expect(about("request.store")?.attributes).toMatchObject({ ...application, outcome: "pending" })
        expect(about("webhook.receive")?.attributes).toMatchObject({ ...application, outcome: "accepted" })
        expect(about("notification.deliver")?.attributes).toMatchObject({
          ...application,
          audience: "owner",
          kind: "approval_card",
          outcome: "delivered"
        })

        // The decision: a trace of its own that leads back.
        yield* world.discord.people.pressButton({
          user: world.linus,
          message: card,
          customId: `approve-${request?.code}-${DAO_APP}`
        })
        const toTheKudos = [{ traceId: asked.traceId, spanId: asked.spanId }]
        const press = yield* found(receiver, ({ name }) => name === "discord.interaction approve")
        expect(press).toMatchObject({
          parentSpanId: "",
          links: toTheKudos,
          attributes: { ...application, "mochi.request.code": request?.code, outcome: "success" }
        })
        expect(press.traceId).not.toBe(asked.traceId)
        expect(about("mochi.pay decide_transfer_request")?.traceId).toBe(press.traceId)
        const webhook = yield* found(
          receiver,
          ({ name, traceId }) => name === "webhook.receive" && traceId === press.traceId
        )
        expect(webhook.links).toEqual(toTheKudos)
      })
  )

  it.scopedLive("has every statement in it where the environment asks for that", () =>
    Effect.gen(function* () {
      const { receiver, world } = yield* watchedWorld({ TRACE_SQL: "true" })
      const { trace } = yield* oneKudos(receiver, world)
      const statements = trace.filter(({ name }) => name === "sql.execute")
      expect(statements.length).toBeGreaterThan(10)
      expect(statements.filter(span => !isSlowStatement(span)).length).toBeGreaterThan(0)
      expect(trace.map(({ name }) => name)).toContain("sql.transaction")
    })
  )
})

const isSlowStatement = ({ durationMillis, name, status }: ReceivedSpan) =>
  name.startsWith("sql.") && (durationMillis >= 100 || status === "error")

/** Batches arrive a little later than what they tell of. */
const found = (receiver: OtlpReceiver, wanted: (span: ReceivedSpan) => boolean) =>
  Effect.suspend(() => Effect.fromNullable(receiver.spans.find(wanted))).pipe(
    Effect.retry(Schedule.spaced("20 millis"))
  )

const treeOf = (
  spans: ReadonlyArray<ReceivedSpan>,
  roots = spans.filter(({ parentSpanId }) => !spans.some(({ spanId }) => spanId === parentSpanId)),
  indent = ""
): ReadonlyArray<string> =>
  roots.flatMap(root => [
    `${indent}${root.name}`,
    ...treeOf(
      spans,
      spans.filter(({ parentSpanId }) => parentSpanId === root.spanId),
      `${indent}  `
    )
  ])
