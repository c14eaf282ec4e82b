import { DiscordGateway } from "dfx/DiscordGateway"
import { Effect, Layer, Redacted } from "effect"
import { InteractionId } from "../../domain/Ids.ts"
import { GatewayConnection } from "../../ports/GatewayConnection.ts"
import { Leadership } from "../../ports/Leadership.ts"
import { Messenger } from "../../ports/Messenger.ts"
import { Shutdown } from "../../ports/Shutdown.ts"
import { InteractionRouter } from "./InteractionRouter.ts"

/** Interactions over the gateway, which one process holds; the others stand by. */
export const layer = Layer.scopedDiscard(
  Effect.gen(function* () {
    const gateway = yield* DiscordGateway
    const connection = yield* GatewayConnection
    const leadership = yield* Leadership
    const messenger = yield* Messenger
    const router = yield* InteractionRouter
    const shutdown = yield* Shutdown

    yield* gateway
      .handleDispatch("INTERACTION_CREATE", interaction =>
        router.accept(interaction, first =>
          messenger.acknowledge(
            { id: InteractionId.make(interaction.id), token: Redacted.make(interaction.token) },
            first
          )
        )
      )
      .pipe(Effect.forkScoped)

    yield* leadership.whileLeading("gateway", connection.hold).pipe(
      Effect.catchAll(fatal => shutdown.fail(fatal.message)),
      Effect.forkScoped
    )
  })
)
