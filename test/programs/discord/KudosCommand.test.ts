import { HttpClient } from "@effect/platform"
import { describe, expect, it } from "@effect/vitest"
import { DiscordREST } from "dfx/DiscordREST"
import { Effect, Fiber, Layer, Redacted, Ref, TestClock } from "effect"
import { Messenger } from "../../../src/ports/Messenger.ts"
import { TransferRequests } from "../../../src/ports/TransferRequests.ts"
import { KudosCommand } from "../../../src/programs/discord/KudosCommand.ts"
import { Choices } from "../../../src/services/Choices.ts"
import { KudosRequests } from "../../../src/services/KudosRequests.ts"
import { settings } from "../../adapters/mochi/mochiClients.ts"
import { ada, intent, interactionId, mochiError } from "../../services/mochiWorld.ts"

describe("After an unknown outcome", () => {
  it.effect("Mochi is asked ever more rarely, and the answer edited once it shows the request", () =>
    Effect.gen(function* () {
      const looks = yield* Ref.make(0)
      const edits = yield* Ref.make<ReadonlyArray<unknown>>([])
      const world = Layer.mergeAll(
        Layer.mock(KudosRequests, {
          _tag: "mochi/services/KudosRequests",
          lookAgain: () =>
            Effect.flatMap(
              Ref.updateAndGet(looks, n => n + 1),
              count => {
                if (count === 2) return mochiError("Unavailable")
                return count < 4
                  ? Effect.succeedNone
                  : Effect.succeedSome({ intent: intent("unknown"), status: "pending" as const })
              }
            )
        }),
        Layer.mock(Choices, { _tag: "mochi/services/Choices" }),
        Layer.mock(TransferRequests, { answeredBy: () => Effect.succeedNone }),
        settings("http://127.0.0.1:1")
      )
      const command = yield* Effect.provide(KudosCommand, Layer.provide(KudosCommand.Default, world))
      const rest = Layer.mock(DiscordREST, {
        httpClient: HttpClient.make(() => Effect.never),
        withFormData: () => effect => effect,
        withFiles: () => effect => effect,
        updateOriginalWebhookMessage: (_bot, _token, options) =>
          Effect.zipRight(
            Ref.update(edits, all => [...all, options]),
            Effect.die("nobody reads what Discord answers")
          )
      })
      const looking = yield* Effect.fork(
        command
          .keepLooking({ id: interactionId, botId: "1", token: Redacted.make("t"), userId: ada })
          .pipe(Effect.provide(Layer.merge(rest, Layer.mock(Messenger, {}))), Effect.exit)
      )
      const seen: Array<number> = []
      for (const wait of ["0 seconds", "5 seconds", "15 seconds", "45 seconds"] as const) {
        yield* TestClock.adjust(wait)
        seen.push(yield* Ref.get(looks))
      }
      yield* Fiber.join(looking)
      expect(seen).toEqual([1, 2, 3, 4])
      expect(JSON.stringify(yield* Ref.get(edits))).toContain("Kudos Request Created")
      expect(yield* Ref.get(edits)).toHaveLength(1)
    })
  )
})
