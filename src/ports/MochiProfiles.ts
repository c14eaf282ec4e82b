import { Context } from "effect"
import type { Effect, Option } from "effect"
import type { Profile } from "../domain/Catalog.ts"
import type { UserId, ProfileId } from "../domain/Ids.ts"
import type { MochiError } from "./MochiError.ts"

/** Mochi Profile: who is who. None means that Mochi answered and knows no such profile. */
export class MochiProfiles extends Context.Tag("mochi/ports/MochiProfiles")<
  MochiProfiles,
  {
    readonly byUserId: (id: UserId) => Effect.Effect<Option.Option<Profile>, MochiError>
    readonly byId: (id: ProfileId) => Effect.Effect<Option.Option<Profile>, MochiError>
    /** Whether Mochi Profile answers at all. */
    readonly reachable: Effect.Effect<boolean>
  }
>() {}
