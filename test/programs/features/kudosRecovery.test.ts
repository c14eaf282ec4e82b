import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Option, Redacted, Ref, TestClock } from "effect"
import { NeverSent } from "../../../src/domain/Kudos.ts"
import type { RequestStatus } from "../../../src/domain/RequestStatus.ts"
import { Claims } from "../../../src/ports/Claims.ts"
import * as conversation from "../../../src/programs/discord/conversation.ts"
import { KudosAnswers } from "../../../src/programs/features/kudosAnswers.ts"
import * as kudosRecovery from "../../../src/programs/features/kudosRecovery.ts"
import type { CreatedKudos, RecoveryFailure } from "../../../src/services/KudosRequests.ts"
import { KudosRequests } from "../../../src/services/KudosRequests.ts"
import { settings } from "../../adapters/mochi/mochiClients.ts"
import { ada, intent, interactionId, storeDown, stored } from "../../services/mochiWorld.ts"
import { facts } from "../../views/kudosRequests.ts"
import { listeningDiscord, refused, taken } from "../discord/listeningDiscord.ts"

interface Given {
  readonly token: Option.Option<Redacted.Redacted>
  readonly outcomes: ReadonlyArray<Effect.Effect<CreatedKudos, RecoveryFailure>>
  readonly storedStatus?: RequestStatus
  readonly opensDms?: boolean
}

/** One interaction of a process that is gone, recovered; what Discord calls, and whether it counts as answered. */
const recovered = ({ opensDms = true, outcomes, storedStatus, token }: Given) =>
  Effect.gen(function* () {
    const discord = listeningDiscord(
      ({ call }) => Effect.succeed(call === "GET /applications/@me" || call === "message" ? taken : reply),
      opensDms
    )
    const reply = Option.exists(token, secret => Redacted.value(secret) === "dead") ? refused(10_015) : taken
    const answered = yield* Ref.make(0)
    const waiting = yield* Ref.make([{ id: interactionId, userId: ada, token }])
    let asked = 0
    const world = Layer.mergeAll(
      Layer.mock(KudosRequests, {
        _tag: "mochi/services/KudosRequests",
        abandoned: Effect.succeed([]),
        outcomeOf: () => outcomes[Math.min(asked++, outcomes.length - 1)] ?? Effect.die("no outcome"),
        lookAgain: () => Effect.succeedNone,
        requestOf: () =>
          Effect.succeed(
            Option.map(Option.fromNullable(storedStatus), status =>
              stored({ status, facts: Option.some(facts) })
            )
          )
      }),
      Layer.mock(Claims, {
        adopt: Ref.getAndSet(waiting, []),
        answeredForAnother: () => Ref.update(answered, count => count + 1)
      }),
      settings("http://127.0.0.1:1"),
      discord.layer
    )
    yield* Layer.build(
      kudosRecovery.layer.pipe(
        Layer.provide(Layer.merge(KudosAnswers.Default, conversation.layer)),
        Layer.provide(world)
      )
    )
    for (let passed = 0; passed < 10; passed++) yield* TestClock.adjust("1 second")
    return { calls: discord.calls, answered: yield* Ref.get(answered) }
  })

const live = Option.some(Redacted.make("live"))
const created = (status: RequestStatus) => Effect.succeed({ intent: intent("created"), status })

describe("an answer that a process left undone", () => {
  it.scoped("shows the status that is stored, not the one that Mochi reported last (H1)", () =>
    Effect.gen(function* () {
      const { answered, calls } = yield* recovered({
        token: live,
        outcomes: [created("pending")],
        storedStatus: "approved"
      })
      expect(calls.map(({ call }) => call)).toEqual(["GET /applications/@me", "edit"])
      expect(calls[1]?.body).toContain('"value":"approved"')
      expect(answered).toBe(1)
    })
  )

  for (const [what, token] of [
    ["Discord no longer honours", Option.some(Redacted.make("dead"))],
    ["has died meanwhile", Option.none()]
  ] as const) {
    it.scoped(`goes out as a direct message where its token ${what} (C2)`, () =>
      Effect.gen(function* () {
        const { answered, calls } = yield* recovered({ token, outcomes: [new NeverSent()] })
        const messages = calls.filter(({ call }) => call === "message")
        expect(messages).toHaveLength(1)
        expect(messages[0]?.body).toContain("nothing was created")
        expect(answered).toBe(1)
      })
    )
  }

  it.scoped("is nobody's any more where the person cannot be reached (C2)", () =>
    Effect.gen(function* () {
      const { answered, calls } = yield* recovered({
        token: Option.none(),
        outcomes: [created("pending")],
        opensDms: false
      })
      expect(calls).toEqual([])
      expect(answered).toBe(1)
    })
  )

  it.scoped("waits for the store rather than claim what it does not know", () =>
    Effect.gen(function* () {
      const { answered, calls } = yield* recovered({
        token: live,
        outcomes: [storeDown, storeDown, created("pending")]
      })
      expect(calls.filter(({ call }) => call === "edit")).toHaveLength(1)
      expect(calls.at(-1)?.body).toContain("Kudos Request Created")
      expect(answered).toBe(1)
    })
  )

  it.scoped("is a sentence with a reference where finding out breaks off (C22)", () =>
    Effect.gen(function* () {
      const { answered, calls } = yield* recovered({
        token: live,
        outcomes: [Effect.die(new Error("a fault of ours"))]
      })
      expect(calls.at(-1)?.body).toMatch(
        /Something went wrong.*check it before you repeat it.*Reference [0-9a-f]{32}/
      )
      expect(answered).toBe(1)
    })
  )
})
