import { DateTime, HashMap, Option } from "effect"
import type { Party, RequestFacts } from "../../domain/TransferRequest.ts"
import type { Identity } from "../../ports/PersonalData.ts"
import { deciderOf, isAddressedTo, isInDms, isParty, partiesOf } from "./personOf.ts"
import { pseudonymOf } from "./pseudonym.ts"
import type { StoredRequest, State } from "./State.ts"

type Row = Readonly<Record<string, unknown>>

/** What is stored about the person, by table, without what is about other people and without the bot's secrets. */
export const personalRows = (
  state: State,
  person: Identity
): Readonly<Record<string, ReadonlyArray<Row>>> => {
  const id = person.userId
  const mine = <A>(all: HashMap.HashMap<string, A>, isMine: (each: A) => boolean) => [
    ...HashMap.values(HashMap.filter(all, isMine))
  ]
  return {
    people: Option.toArray(HashMap.get(state.people, id)).map(({ dm, notifications }) => ({
      discord_user_id: id,
      dm_channel_id: Option.map(dm, ({ channel }) => channel),
      notifications
    })),
    interactions: HashMap.toEntries(state.interactions)
      .filter(([, { userId }]) => Option.contains(userId, id))
      .map(([interaction, { receivedAt }]) => ({
        id: interaction,
        user_id: id,
        received_at: momentOf(receivedAt)
      })),
    kudos_intents: mine(state.intents, ({ facts }) => isParty(facts.requester, person)).map(intent => ({
      interaction_id: intent.interactionId,
      state: intent.state,
      request_code: intent.code,
      ...factsOf(intent.facts),
      ...partyOf("requester", intent.facts.requester),
      recipient_discord_id: intent.facts.recipient.userId
    })),
    transfer_requests: mine(state.requests, request => isTheirs(state, request, person)).map(request =>
      requestOf(request, person)
    ),
    shown_messages: mine(
      state.shown,
      message => isAddressedTo(state, message, person) || isInDms(state, message, person)
    ).map(({ audience, request, shown }) => ({ ...request, audience, ...shown })),
    notifications: state.notifications
      .filter(each => isAddressedTo(state, each, person))
      .map(({ request, ...notification }) => ({ ...request, ...notification })),
    audit_log: state.audit
      .filter(({ actor, subject }) => actor === id || Option.contains(subject, pseudonymOf(id)))
      .map(record => ({ ...record })),
    rate_limits: HashMap.toEntries(state.runs)
      .filter(([key]) => key.includes(JSON.stringify(id)))
      .map(([, runs]) => ({ runs: runs.map(momentOf) })),
    usage_activity: state.usage.filter(use => use.person === id).map(use => ({ ...use })),
    erasures: Option.toArray(HashMap.get(state.erased, id)).map(at => ({ erased_at: momentOf(at) })),
    unfinished_erasures: Option.toArray(HashMap.get(state.erasures, id)).map(erasure => ({
      discord_user_id: id,
      ...erasure
    }))
  }
}

/** One row as the text of an export, without what is absent. */
export const rowText = (row: Row): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(row).flatMap(([column, value]) =>
        Option.isOption(value) ? Option.toArray(value).map(some => [column, some]) : [[column, value]]
      )
    )
  )

const momentOf = (millis: number) => DateTime.formatIso(DateTime.unsafeMake(millis))

/** A request becomes the recipient's business once it is approved, and stays so. */
const isTheirs = (state: State, request: StoredRequest, person: Identity): boolean => {
  const wasShown = () =>
    [...HashMap.values(state.shown)].some(
      message =>
        message.audience === "recipient" &&
        message.request.applicationId === request.key.applicationId &&
        message.request.code === request.key.code
    )
  const [owner, requester, recipient] = Option.match(request.facts, {
    onNone: () => [],
    onSome: partiesOf
  }).map(party => isParty(party, person))
  return (
    owner === true ||
    requester === true ||
    isParty(deciderOf(request), person) ||
    (recipient === true && (request.status === "approved" || wasShown()))
  )
}

/** The requester also gets what they typed and where they typed it: the recipient, the server and the channel. */
const requestOf = (request: StoredRequest, person: Identity): Row => {
  const decider = deciderOf(request)
  return {
    application_id: request.key.applicationId,
    code: request.key.code,
    status: request.status,
    ...(isParty(decider, person) ? partyOf("settled_by", decider) : {}),
    ...Option.match(request.facts, {
      onNone: () => ({}),
      onSome: facts => {
        const [isOwner, isRequester, isRecipient] = [facts.owner, facts.requester, facts.recipient].map(
          party => isParty(party, person)
        )
        return {
          ...factsOf(facts),
          ...(isOwner === true ? partyOf("owner", facts.owner) : {}),
          ...(isRequester === true
            ? {
                ...partyOf("requester", facts.requester),
                recipient_discord_id: facts.recipient.userId,
                guild_id: facts.communityId,
                channel_id: facts.channelId,
                interaction_id: request.interactionId,
                origin: request.origin
              }
            : {}),
          ...(isRecipient === true ? partyOf("recipient", facts.recipient) : {})
        }
      }
    })
  }
}

const partyOf = (name: string, { profileId, userId }: Party): Row => ({
  [`${name}_profile_id`]: profileId,
  [`${name}_discord_id`]: userId
})

const factsOf = (facts: RequestFacts): Row => ({
  application_name: facts.applicationName,
  vault_name: facts.vaultName,
  amount: facts.amount,
  symbol: facts.symbol,
  usd: facts.usd,
  chain: facts.chain,
  reason: facts.reason,
  expires_at: facts.expiresAt
})
