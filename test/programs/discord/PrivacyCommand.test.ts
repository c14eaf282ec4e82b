import { expect, it } from "@effect/vitest"
import { Effect, Layer, Option, Redacted } from "effect"
import { DiscordUserId, InteractionId, MessageId } from "../../../src/domain/Ids.ts"
import { RateLimits } from "../../../src/ports/RateLimits.ts"
import { StoreUnavailable } from "../../../src/ports/StoreUnavailable.ts"
import type { Envelope } from "../../../src/programs/discord/interaction.ts"
import { PrivacyCommand } from "../../../src/programs/discord/PrivacyCommand.ts"
import { Privacy } from "../../../src/services/Privacy.ts"
import { loopback, restAt } from "../../adapters/discord/LoopbackRest.ts"

const ada = DiscordUserId.make("184027593016284160")
/** Posted at the beginning of 2026. */
const question = MessageId.make("1456081367040000000")
const mallory = DiscordUserId.make("302050872383242240")

const pressedBy = (userId: DiscordUserId): Envelope => ({
  id: InteractionId.make("1"),
  botId: "7",
  token: Redacted.make("token"),
  userId,
  guildId: Option.none(),
  channelId: Option.none(),
  locale: Option.none()
})

/** Runs a press with a service that can do no more than `privacy`; what Discord was told. */
const press = (
  choice: "delete" | "keep",
  by: DiscordUserId,
  privacy: Partial<Pick<Privacy, "erase" | "wasErasedSince">>
) =>
  Effect.gen(function* () {
    const server = yield* loopback(() => ({ status: 200, body: { id: "1" } }))
    const outcome = yield* Effect.flatMap(PrivacyCommand, command =>
      command.press({ _tag: "Privacy", choice, asker: ada }, pressedBy(by), question)
    ).pipe(
      Effect.provide(
        Layer.merge(
          PrivacyCommand.Default.pipe(
            Layer.provide(Layer.mock(Privacy, { _tag: "mochi/services/Privacy", ...privacy })),
            Layer.provide(Layer.mock(RateLimits, { take: () => Effect.succeedNone }))
          ),
          restAt(server.url)
        )
      )
    )
    return { outcome, answer: server.heard.map(({ body }) => body).join() }
  })

it.scopedLive("the buttons of an erasure work for nobody but who asked for it", () =>
  Effect.gen(function* () {
    const stranger = yield* press("delete", mallory, {})
    expect(stranger.outcome).toEqual({ _tag: "Refused", reason: "NotMeantForThem" })
    expect(stranger.answer).toContain("not for you")
    expect((yield* press("keep", mallory, {})).answer).toContain("not for you")
  })
)

it.scopedLive("an erasure says so only once it happened", () =>
  Effect.gen(function* () {
    const erased: Array<string> = []
    const works = yield* press("delete", ada, {
      erase: (id, asker) =>
        Effect.sync(() => {
          erased.push(`${id} ${asker}`)
          return { rows: {}, mochiAsked: true, isComplete: true }
        })
    })
    expect(erased).toEqual([`${ada} person`])
    expect(works.answer).toContain("Your data was erased")
    const fails = yield* press("delete", ada, {
      erase: () => new StoreUnavailable({ operation: "PersonalData.erase", cause: new Error("down") })
    })
    expect(fails.outcome).toEqual({ _tag: "Failed", errorType: "StoreUnavailable" })
    expect(fails.answer).toContain("Something went wrong")
    const notErased = { wasErasedSince: () => Effect.succeed(false) }
    expect((yield* press("keep", ada, notErased)).answer).toContain("Your data was kept")
  })
)
