import { Cache, Duration, Effect, Exit, Option } from "effect"
import type { ProfileId } from "../domain/Ids.ts"
import type { Person, RequestPicture } from "../domain/Notice.ts"
import type { Party, TransferRequest } from "../domain/TransferRequest.ts"
import { nobody } from "../domain/TransferRequest.ts"
import type { MochiError } from "../ports/MochiError.ts"
import { MochiProfiles } from "../ports/MochiProfiles.ts"
import { askedInSpan, inAskersSpan } from "../ports/traceContext.ts"

/** Names and linked accounts change rarely, and one burst of notifications asks for the same few people. */
const freshFor = Duration.minutes(1)

/** Looks up the people of a request, so that it can be drawn. */
export class Pictures extends Effect.Service<Pictures>()("mochi/services/Pictures", {
  effect: Effect.gen(function* () {
    const profiles = yield* MochiProfiles
    const profile = yield* Cache.makeWith({
      capacity: 10_000,
      lookup: (id: ProfileId) => inAskersSpan(profiles.byId(id)),
      timeToLive: exit => (Exit.isSuccess(exit) && Option.isSome(exit.value) ? freshFor : Duration.zero)
    })

    /** What Mochi knows of a party beyond what the request says. */
    const person = (party: Party): Effect.Effect<Person, MochiError> =>
      Option.match(Option.isSome(party.discordUserId) ? Option.none() : party.profileId, {
        onNone: () => Effect.succeed({ discordUserId: party.discordUserId, name: Option.none() }),
        onSome: id =>
          Effect.map(askedInSpan(profile.get(id)), found => ({
            discordUserId: Option.flatMap(found, ({ discordUserId }) => discordUserId),
            name: Option.map(found, ({ name }) => name)
          }))
      })

    /** None while nothing is stored of the request but its status. */
    const of = Effect.fn("Pictures.of")(function* (
      request: TransferRequest
    ): Effect.fn.Return<Option.Option<RequestPicture>, MochiError> {
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
        settlement: request.settlement
      })
    })

    return { of, person }
  })
}) {}
