import { Effect, Layer, Option } from "effect"
import type { Profile } from "../../domain/Catalog.ts"
import type { Settings } from "../../config/Settings.ts"
import { MochiProfiles } from "../../ports/MochiProfiles.ts"
import type { Call } from "./Call.ts"
import { answersAtAll } from "./health.ts"
import * as MochiHttp from "./MochiHttp.ts"
import { decodeProfile } from "./wire.ts"

/** Shares the client, and so the bounds on calls, with Mochi Pay's layer. */
export const layerWithoutHttp: Layer.Layer<MochiProfiles, never, MochiHttp.MochiHttp> = Layer.effect(
  MochiProfiles,
  Effect.gen(function* () {
    const http = yield* MochiHttp.MochiHttp

    const byUserId = Effect.fnUntraced(function* (id: string) {
      const { value } = yield* http.run({
        ...lookUp,
        operation: "profile_by_discord",
        path: "/profiles/get-by-discord/{discordId}",
        ids: { discordId: id },
        query: "no_fetch_amount=true"
      })
      return value
    })

    const byId = Effect.fnUntraced(function* (id: string) {
      const { value } = yield* http.run({
        ...lookUp,
        operation: "profile_by_id",
        path: "/profiles/{profileId}",
        ids: { profileId: id },
        query: ""
      })
      return value
    })

    return MochiProfiles.of({ byUserId, byId, reachable: answersAtAll(http, "profile") })
  })
)

export const layer: Layer.Layer<MochiProfiles, never, Settings> = Layer.provide(
  layerWithoutHttp,
  MochiHttp.layer
)

const lookUp = {
  api: "profile",
  method: "GET",
  auth: "bearer",
  body: Option.none(),
  idempotencyKey: Option.none(),
  repeatable: true,
  reading: {
    decode: decodeProfile,
    withoutBody: Option.none(),
    answers: { 404: Option.none<Profile>() }
  }
} as const satisfies Partial<Call<Option.Option<Profile>>>
