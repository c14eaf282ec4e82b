import { describe, expect, it } from "@effect/vitest"
import { DateTime, Effect, Layer, Option, Ref } from "effect"
import { Line, screen } from "../../../src/domain/Screen.ts"
import type { RequestStatus } from "../../../src/domain/RequestStatus.ts"
import { nobody } from "../../../src/domain/TransferRequest.ts"
import { decide } from "../../../src/programs/features/decide.ts"
import { Cards } from "../../../src/services/Cards.ts"
import { AlreadyBeingDecided, Decisions } from "../../../src/services/Decisions.ts"
import type { DecisionFailure, Settled } from "../../../src/services/Decisions.ts"
import { RequestPeople } from "../../../src/services/RequestPeople.ts"
import { settings } from "../../adapters/mochi/mochiClients.ts"
import { ada, mochiError, stored } from "../../services/mochiWorld.ts"
import { facts, kudosRequest } from "../../views/kudosRequests.ts"
import { recordingConversation } from "./recordingConversation.ts"

const { key } = kudosRequest("pending")

/** A card of which nothing is stored, as it stands. */
const pressed = Option.some({
  place: Option.none(),
  postedAt: Option.none(),
  screen: Option.some(
    screen({
      title: Option.some("Vault Transfer Request"),
      tone: "mochi",
      lines: [Line.Fact({ label: "Amount", value: ["10 X"], isShort: true, mayGo: false })]
    })
  )
})

const settledAs = (by: Settled["by"], isStored: boolean): Settled => ({
  by,
  status: "approved",
  settlement: { by: nobody, at: DateTime.unsafeMake(0) },
  request: isStored ? Option.some(stored({ status: "approved", facts: Option.some(facts) })) : Option.none()
})

/** Ada presses Approve. */
const approve = (result: Effect.Effect<Settled, DecisionFailure>) =>
  Effect.gen(function* () {
    const drawn = yield* Ref.make<ReadonlyArray<RequestStatus>>([])
    const world = Layer.mergeAll(
      Layer.mock(Decisions, {
        _tag: "mochi/services/Decisions",
        decide: () => result,
        newest: (_, settled) => Effect.succeed(settled)
      }),
      Layer.mock(Cards, {
        _tag: "mochi/services/Cards",
        drawnByClick: (_, status) => Ref.update(drawn, all => [...all, status])
      }),
      Layer.mock(RequestPeople, {
        _tag: "mochi/services/RequestPeople",
        of: request => Effect.succeedSome(kudosRequest(request.status)),
        person: () => Effect.die("nobody is looked up")
      }),
      settings("http://127.0.0.1:1")
    )
    const { conversation, shown } = recordingConversation(ada, { pressed })
    const errand = yield* Effect.map(decide, make =>
      make({ _tag: "Decide", decision: "approved", request: key })
    ).pipe(Effect.provide(world))
    const end = yield* errand.run(conversation)
    return { end, drawn: yield* Ref.get(drawn), shown: shown.map(({ text, way }) => [way, text] as const) }
  })

describe("Approve", () => {
  it.effect("ends the card with what Mochi answered, and records what the card shows", () =>
    Effect.gen(function* () {
      const { drawn, end, shown } = yield* approve(Effect.succeed(settledAs("this click", true)))
      expect(end._tag).toBe("Success")
      expect(shown).toEqual([["edit", expect.stringContaining("Transfer request approved")]])
      expect(shown[0]?.[1]).not.toContain("[Approve]")
      expect(drawn).toEqual(["approved"])
    })
  )

  it.effect("that comes second shows the card's end and says that it came second", () =>
    Effect.gen(function* () {
      const { end, shown } = yield* approve(Effect.succeed(settledAs("somebody before", true)))
      expect(end).toEqual({ _tag: "Refused", reason: "AlreadySettled" })
      expect(shown).toEqual([
        ["edit", expect.stringContaining("Transfer Request Settled")],
        ["add", expect.stringContaining("has already been settled")]
      ])
    })
  )

  it.effect("on a card of which nothing is stored keeps its lines, and names the person who decided", () =>
    Effect.gen(function* () {
      const { shown } = yield* approve(Effect.succeed(settledAs("this click", false)))
      expect(shown[0]?.[1]).toContain("Amount: 10 X")
      expect(shown[0]?.[1]).toContain(`Decided by: <@${ada}>`)
    })
  )

  it.effect("that failed leaves the card alone", () =>
    Effect.gen(function* () {
      const busy = yield* approve(new AlreadyBeingDecided())
      expect(busy.end).toEqual({ _tag: "Refused", reason: "AlreadyBeingDecided" })
      expect(busy.shown).toEqual([["add", expect.stringContaining("already being processed")]])
      const down = yield* approve(mochiError("Unavailable"))
      expect(down.end).toEqual({ _tag: "Failed", errorType: "Unavailable" })
      expect(down.shown).toEqual([["add", expect.stringContaining("not available at the moment")]])
      expect(down.drawn).toEqual([])
    })
  )
})
