import { Effect } from "effect"
import type { MochiPay } from "../../../src/ports/MochiPay.ts"
import type { MochiProfiles } from "../../../src/ports/MochiProfiles.ts"
import { COMMUNITY_VAULT, DAO_APP } from "../../../sandbox/mochi/demoWorld.ts"
import * as FakeMochi from "../../../sandbox/mochi/FakeMochi.ts"
import type { Environment } from "../../../src/config/Settings.ts"
import * as Given from "./mochiClients.ts"

export const ada = Given.profileId("90101")
export const linus = Given.profileId("90103")
export const dao = Given.applicationId(DAO_APP)
export const community = { profileId: ada, applicationId: dao, vaultId: Given.vaultId(COMMUNITY_VAULT) }
export const kudos = Given.draft("90101", "90102", DAO_APP, COMMUNITY_VAULT)

/** Runs a test against the sandbox's Mochi over real sockets, on the real clock. */
export const withMochi = <A, E>(
  test: (fake: FakeMochi.FakeMochi) => Effect.Effect<A, E, MochiPay | MochiProfiles>,
  more?: Environment
) =>
  Effect.gen(function* () {
    const fake = yield* FakeMochi.make({
      botSecret: Given.botSecret,
      botPublicKey: Given.botPublicKey,
      applicationName: "Mochi"
    })
    return yield* Effect.provide(test(fake), Given.clients(fake.url, more))
  }).pipe(Effect.scoped)
