import { Duration, Effect, Option } from "effect"
import type { Profile } from "../domain/Catalog.ts"
import { UserId } from "../domain/Ids.ts"
import type { ProfileId, RequestKey } from "../domain/Ids.ts"
import type { Person, RequestWithPeople } from "../domain/Notice.ts"
import type { Party, TransferRequest } from "../domain/TransferRequest.ts"
import { nobody } from "../domain/TransferRequest.ts"
import type { MochiError } from "../ports/MochiError.ts"
import { MochiProfiles } from "../ports/MochiProfiles.ts"
import type { StoreUnavailable } from "../ports/StoreUnavailable.ts"
import { TransferRequests } from "../ports/TransferRequests.ts"
import { linkToKudos } from "../telemetry/spans.ts"
import { ownText, shortText } from "./offered.ts"
import { remembered } from "./remembered.ts"

/** Names and linked accounts change rarely, and one burst of notifications asks for the same few people. */
const freshFor = Duration.minutes(1)
const mostProfileBytes = 4 * 1024 * 1024

/** Looks up the people of a request, so that it can be drawn. */
export class RequestPeople extends Effect.Service<RequestPeople>()("mochi/services/RequestPeople", {
  effect: Effect.gen(function* () {
    const profiles = yield* MochiProfiles
    const requests = yield* TransferRequests
    const profile = yield* remembered({
      lookUp: (id: ProfileId) => Effect.map(profiles.byId(id), Option.map(asPerson)),
      keyOf: id => id,
      freshFor,
      mostBytes: mostProfileBytes,
      bytesOf: Option.match({ onNone: () => 0, onSome: personBytes }),
      keeps: Option.isSome
    })

    /** What Mochi knows of a party beyond what the request says. */
    const person = (party: Party): Effect.Effect<Person, MochiError> =>
      Option.match(Option.isSome(party.userId) ? Option.none() : party.profileId, {
        onNone: () => Effect.succeed({ userId: party.userId, name: Option.none() }),
        onSome: id =>
          Effect.map(
            profile(id),
            Option.getOrElse((): Person => ({ userId: Option.none(), name: Option.none() }))
          )
      })

    /** A request with the people whom it names; none while only its status is stored. */
    const of = Effect.fnUntraced(function* (
      request: TransferRequest
    ): Effect.fn.Return<Option.Option<RequestWithPeople>, MochiError> {
      if (Option.isNone(request.facts)) return Option.none()
      const facts = request.facts.value
      const decider = Option.match(request.settlement, { onNone: () => nobody, onSome: ({ by }) => by })
      const people = yield* Effect.all(
        { requester: person(facts.requester), recipient: person(facts.recipient), decider: person(decider) },
        { concurrency: "unbounded" }
      )
      return Option.some({
        ...people,
        key: request.key,
        status: request.status,
        facts,
        settlement: request.settlement,
        interactionId: request.interactionId
      })
    })

    /** The request as it is stored now; none if nothing of it can be shown. */
    const find = Effect.fnUntraced(function* (
      key: RequestKey
    ): Effect.fn.Return<Option.Option<RequestWithPeople>, MochiError | StoreUnavailable> {
      const request = yield* requests.find(key)
      yield* linkToKudos(Option.flatMap(request, ({ origin }) => origin))
      return Option.isSome(request) ? yield* of(request.value) : Option.none()
    })

    return { find, of, person }
  })
}) {}

const asPerson = ({ userId, name }: Profile): Person => ({
  userId: Option.map(userId, id => UserId.make(ownText(id))),
  name: Option.some(shortText(name))
})

/** Roughly, with what JavaScript needs besides the texts. */
const personBytes = ({ name }: Person): number => 400 + 2 * Option.getOrElse(name, () => "").length
