import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Option, Ref } from "effect"
import type { RequestWithPeople } from "../../../src/domain/Notice.ts"
import type { Audience } from "../../../src/domain/Notification.ts"
import { erasedParty } from "../../../src/domain/TransferRequest.ts"
import type { MochiError } from "../../../src/ports/MochiError.ts"
import type { LiveAnswer } from "../../../src/ports/TransferRequests.ts"
import { view } from "../../../src/programs/features/view.ts"
import { Cards } from "../../../src/services/Cards.ts"
import { RequestPeople } from "../../../src/services/RequestPeople.ts"
import { ada, grace, mochiError } from "../../services/mochiWorld.ts"
import { facts, kudosRequest } from "../../views/kudosRequests.ts"
import { recordingConversation } from "./recordingConversation.ts"

/** Ada presses View, in a world in which every audience of the request is Ada unless told otherwise. */
const press = (
  audience: Audience,
  find: Effect.Effect<Option.Option<RequestWithPeople>, MochiError>,
  reader = ada
) =>
  Effect.gen(function* () {
    const followed = yield* Ref.make<ReadonlyArray<LiveAnswer["view"]>>([])
    const world = Layer.mergeAll(
      Layer.mock(Cards, {
        _tag: "mochi/services/Cards",
        begin: () => Effect.void,
        follow: (_, answer) => Ref.update(followed, all => [...all, answer.view])
      }),
      Layer.mock(RequestPeople, {
        _tag: "mochi/services/RequestPeople",
        find: () => find,
        person: () => Effect.succeed({ userId: Option.some(reader), name: Option.none() })
      })
    )
    const { conversation, text } = recordingConversation(ada)
    const errand = yield* Effect.map(view, make =>
      make({ _tag: "View", audience, request: kudosRequest("pending").key })
    ).pipe(Effect.provide(world))
    const end = yield* errand.run(conversation)
    return { end, text: text(), followed: yield* Ref.get(followed) }
  })

describe("View", () => {
  it.effect("shows the owner the card, and keeps it up to date", () =>
    Effect.gen(function* () {
      const { end, followed, text } = yield* press("owner", Effect.succeedSome(kudosRequest("pending")))
      expect(end._tag).toBe("Success")
      expect(text).toContain("[Approve]")
      expect(followed).toEqual(["owner"])
    })
  )

  it.effect("shows a stranger nothing, and follows nothing", () =>
    Effect.gen(function* () {
      const found = Effect.succeedSome(kudosRequest("approved"))
      const { end, followed, text } = yield* press("recipient", found, grace)
      expect(end).toEqual({ _tag: "Refused", reason: "NotMeantForThem" })
      expect(text).toContain("This message is not for you.")
      expect(text).not.toContain("10.5")
      expect(followed).toEqual([])
    })
  )

  it.effect("has nothing to show of what is not stored, or of a person whose data was erased", () =>
    Effect.gen(function* () {
      const request = { ...kudosRequest("approved"), facts: { ...facts, recipient: erasedParty } }
      for (const found of [Effect.succeedNone, Effect.succeedSome(request)]) {
        const { end, text } = yield* press("recipient", found)
        expect(end).toEqual({ _tag: "Refused", reason: "NothingToView" })
        expect(text).toContain("no longer valid")
      }
    })
  )

  it.effect("says that Mochi does not answer", () =>
    Effect.gen(function* () {
      const { end, text } = yield* press("owner", mochiError("TimedOut"))
      expect(end).toEqual({ _tag: "Failed", errorType: "MochiError" })
      expect(text).toContain("Mochi is not responding")
    })
  )
})
