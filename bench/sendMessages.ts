/** The service's messenger over its Discord transport, alone in a process, with many messages to send at once. */
import { DiscordREST } from "dfx/DiscordREST"
import { Effect, Layer, Schema } from "effect"
import * as MessengerRest from "../src/adapters/discord/MessengerRest.ts"
import * as Rest from "../src/adapters/discord/Rest.ts"
import { readSettings, Settings } from "../src/config/Settings.ts"
import { ApplicationId, ChannelId, UserId, RequestCode } from "../src/domain/Ids.ts"
import { Notice } from "../src/domain/Notice.ts"
import { Messenger } from "../src/ports/Messenger.ts"

const Order = Schema.Struct({
  question: Schema.Literal("send"),
  data: Schema.Struct({ channelIds: Schema.Array(ChannelId), count: Schema.Int })
})

const sendAll = ({ channelIds, count }: (typeof Order.Type)["data"]) =>
  Effect.gen(function* () {
    const messenger = yield* Messenger
    const notice = Notice.Pointer({
      audience: "recipient",
      userId: UserId.make("300000000000000000"),
      key: { applicationId: ApplicationId.make("123"), code: RequestCode.make("ABC123") }
    })
    const start = performance.now()
    yield* Effect.forEach(
      Array.from({ length: count }, (_, index) => index),
      index => {
        const channelId = channelIds[index % channelIds.length]
        return channelId === undefined ? Effect.void : messenger.post(channelId, notice, `bench-${index}`)
      },
      { concurrency: "unbounded", discard: true }
    )
    return performance.now() - start
  })

const program = Effect.gen(function* () {
  yield* DiscordREST
  const orders = Effect.async<typeof Order.Type>(resume => {
    const hear = (message: unknown) => {
      if (!Schema.is(Order)(message)) return
      process.off("message", hear)
      resume(Effect.succeed(message))
    }
    process.on("message", hear)
    process.send?.({ answer: "ready" })
  })
  const { data } = yield* orders
  const took = yield* sendAll(data)
  yield* Effect.sync(() => process.send?.({ answer: "send", value: took }))
  yield* Effect.never
})

// Nothing else keeps this process alive until its order comes.
process.channel?.ref()

const settings = Layer.effect(Settings, readSettings(process.env))

await Effect.runPromise(
  program.pipe(
    Effect.provide(Layer.provide(Layer.provideMerge(MessengerRest.layer, Rest.layer), settings)),
    Effect.scoped
  )
)
