/** Ada asks for kudos for Grace; Linus owns the vault. Each has a profile at Mochi. */
import { Option } from "effect"
import { ChannelId, UserId } from "../../src/domain/Ids.ts"
import type { ProfileId } from "../../src/domain/Ids.ts"
import type { Party, RequestFacts } from "../../src/domain/TransferRequest.ts"
import { nobody } from "../../src/domain/TransferRequest.ts"
import { facts as someFacts } from "../views/kudosRequests.ts"
import { ada, grace, profileOf } from "./mochiWorld.ts"

export { ada, grace }
export const linus = UserId.make("1098765432109876224")

const names = new Map([
  [ada, "Ada"],
  [grace, "Grace"],
  [linus, "Linus"]
])
export const nameOf = (user: UserId): string => names.get(user) ?? user

export const profileIdOf = (user: UserId): ProfileId => Option.getOrThrow(profileOf(user)).id

/** As a webhook names a person. */
export const byProfile = (user: UserId): Party => ({ ...nobody, profileId: Option.some(profileIdOf(user)) })

/** Where `/kudos` was run. */
export const channel = ChannelId.make("900000000000000002")

/** What Mochi says of the request. */
export const facts: RequestFacts = {
  ...someFacts,
  owner: byProfile(linus),
  requester: byProfile(ada),
  recipient: byProfile(grace),
  channelId: Option.some(channel)
}
