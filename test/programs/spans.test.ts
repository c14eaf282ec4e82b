import { expect, it } from "@effect/vitest"
import { Effect, Fiber, Option, TestClock } from "effect"
import type { Tracer } from "effect"
import { facts, grace, linus } from "../services/cast.ts"
import { inMemory, settled } from "../services/inMemory.ts"
import { interactionId, key } from "../services/mochiWorld.ts"
import { recording } from "../support/recording.ts"
import { kudos, pressed, sentBy } from "./discord/interactions.ts"

const about = { "mochi.request.code": key.code, "mochi.application.id": key.applicationId }
const reported = {
  interactionId: Option.some(interactionId),
  facts: Option.some({ ...facts, amount: "10" })
}

/** The graph without its adapters, whose calls are spans of their own; each span goes into `spans`. */
const traced = <A, E, R>(work: (spans: Array<Tracer.Span>) => Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const spans: Array<Tracer.Span> = []
    return yield* Effect.withTracer(work(spans), yield* recording(spans))
  })

const attributesOf = (span: Tracer.Span | undefined) => Object.fromEntries(span?.attributes ?? [])
const linksOf = (span: Tracer.Span | undefined) => span?.links.map(link => link.span.spanId)
const named = (spans: ReadonlyArray<Tracer.Span>, name: string) => spans.find(span => span.name === name)

it.scoped(
  "No service and no feature is a span; what they know of a request is on the spans around them",
  () =>
    traced(spans =>
      Effect.gen(function* () {
        const { process, webhook } = yield* inMemory
        yield* process.deliversJobs
        yield* process.send(kudos)
        expect(spans.map(({ name }) => name)).toEqual(["discord.interaction kudos", "request.store"])
        const [asked, stored] = spans
        expect(attributesOf(asked)).toEqual({
          "interaction.type": "command",
          "command.name": "kudos",
          "discord.interaction.id": interactionId,
          outcome: "success",
          ...about
        })
        expect(attributesOf(stored)).toEqual({ ...about, outcome: "pending" })
        expect(asked?.links).toEqual([])

        spans.length = 0
        yield* webhook("pending", reported)
        yield* settled
        expect(spans.map(({ name }) => name)).toEqual(["request.store", "notification.deliver"])
        const delivery = named(spans, "notification.deliver")
        expect(attributesOf(delivery)).toMatchObject({
          ...about,
          audience: "owner",
          kind: "approval_card",
          outcome: "delivered"
        })
        expect(linksOf(delivery)).toEqual([asked?.spanId])
      })
    )
)

it.scoped("What comes days later is a trace of its own, with a link to the /kudos", () =>
  traced(spans =>
    Effect.gen(function* () {
      const { mochi, process, webhook } = yield* inMemory
      yield* process.send(kudos)
      yield* webhook("pending", reported)
      const asked = named(spans, "discord.interaction kudos")
      spans.length = 0
      yield* TestClock.adjust("3 days")

      yield* process.send(sentBy(linus, pressed("approve-ABC-123"), "7"))
      const press = named(spans, "discord.interaction approve")
      expect(press?.parent).toEqual(Option.none())
      expect(linksOf(press)).toEqual([asked?.spanId])
      expect(attributesOf(press)).toMatchObject({ ...about, outcome: "success" })

      yield* process.send(sentBy(grace, pressed("view-r-ABC-123"), "8"))
      const view = named(spans, "discord.interaction view")
      expect(linksOf(view)).toEqual([asked?.spanId])
      expect(attributesOf(view)).toMatchObject({ ...about, audience: "recipient" })

      // The button says which request it is about, whatever Mochi says of it.
      mochi.linked.clear()
      yield* process.send(sentBy(linus, pressed("reject-XYZ-123"), "9"))
      expect(attributesOf(named(spans, "discord.interaction reject"))).toMatchObject({
        "mochi.request.code": "XYZ",
        outcome: "refused"
      })
    })
  )
)

it.scoped.each([
  ["that Mochi has", true],
  ["that Mochi knows nothing of", false]
] as const)(
  "A request %s, taken over from a process that is gone, is a trace of its own with a link to the /kudos",
  ([, exists]) =>
    traced(spans =>
      Effect.gen(function* () {
        const { mochi, process, start } = yield* inMemory
        mochi.instead = { create: () => Effect.never }
        const fiber = yield* process.accept(kudos)
        yield* settled
        yield* Fiber.interrupt(fiber)
        yield* process.crash
        const asked = named(spans, "discord.interaction kudos")
        if (exists)
          mochi.requests.set(key.code, { status: "pending", interactionId: Option.some(interactionId) })
        spans.length = 0
        const next = yield* start(2)
        yield* next.recovers
        yield* settled
        for (const name of ["kudos.resolve", "kudos.recover"]) {
          const span = named(spans, name)
          expect(span?.parent).toEqual(Option.none())
          expect(linksOf(span)).toEqual([asked?.spanId])
          expect(attributesOf(span)).toMatchObject({
            "discord.interaction.id": interactionId,
            ...(exists ? about : {})
          })
        }
      })
    )
)
