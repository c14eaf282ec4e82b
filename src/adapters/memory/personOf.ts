import { HashMap, Option } from "effect"
import type { Audience } from "../../domain/Notification.ts"
import { nobody } from "../../domain/TransferRequest.ts"
import type { Party, RequestFacts, TransferRequest } from "../../domain/TransferRequest.ts"
import type { Identity } from "../../ports/PersonalData.ts"
import { requestText } from "./State.ts"
import type { ShownMessage, State } from "./State.ts"

/**
 * True for a party that is the person. A profile can be linked to another Discord account later: the account decides, and
 * the profile only if the party names no account.
 */
export const isParty = ({ profileId, userId }: Party, person: Identity): boolean =>
  Option.contains(userId, person.userId) ||
  (Option.isNone(userId) && Option.exists(profileId, id => person.profileIds.includes(id)))

export const partiesOf = ({ owner, recipient, requester }: RequestFacts): ReadonlyArray<Party> => [
  owner,
  requester,
  recipient
]

export const deciderOf = ({ settlement }: TransferRequest): Party =>
  Option.match(settlement, { onNone: () => nobody, onSome: ({ by }) => by })

/** Whether one of the texts contains the id. */
export const isMentioned = ({ applicationName, reason, vaultName }: RequestFacts, id: string): boolean =>
  [applicationName, vaultName, ...Option.toArray(reason)].some(text =>
    new RegExp(`(?<![0-9])${id}(?![0-9])`).test(text)
  )

/** True if the person is the audience of this message or notification. */
export const isAddressedTo = (
  state: State,
  { audience, request }: Pick<ShownMessage, "request"> & { readonly audience: Audience },
  person: Identity
): boolean =>
  HashMap.get(state.requests, requestText(request)).pipe(
    Option.flatMap(({ facts }) => facts),
    Option.exists(facts => isParty(facts[audience], person))
  )

/** True for a message in the person's own DM channel. */
export const isInDms = (state: State, { shown }: ShownMessage, person: Identity): boolean =>
  HashMap.get(state.people, person.userId).pipe(
    Option.flatMap(({ dm }) => dm),
    Option.exists(({ channel }) => channel === shown.channelId)
  )
