import { DiscordGateway } from "dfx/DiscordGateway"
import { DiscordREST } from "dfx/DiscordREST"
import { Effect, Layer } from "effect"
import { GatewayConnection } from "../../ports/GatewayConnection.ts"
import { Leadership } from "../../ports/Leadership.ts"
import { Shutdown } from "../../ports/Shutdown.ts"
import { InteractionRouter } from "./InteractionRouter.ts"

/** Interactions over the gateway, which one process holds; the others stand by. */
export const layer = Layer.scopedDiscard(
  Effect.gen(function* () {
    const gateway = yield* DiscordGateway
    const connection = yield* GatewayConnection
    const leadership = yield* Leadership
    const rest = yield* DiscordREST
    const router = yield* InteractionRouter
    const shutdown = yield* Shutdown

    yield* gateway
      .handleDispatch("INTERACTION_CREATE", interaction =>
        router.accept(interaction, callback =>
          Effect.asVoid(
            rest.createInteractionResponse(interaction.id, interaction.token, { payload: callback })
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
