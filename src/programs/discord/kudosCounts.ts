import { Effect, Either } from "effect"
import { kudosAsked, kudosCreated } from "../../telemetry/metrics.ts"
import type { CreatedKudos, KudosFailure } from "../../services/KudosRequests.ts"
import type { Outcome } from "./Outcome.ts"

/** Counts a run of `/kudos` by how it ended, and what was created by its token. */
export const counted = (
  result: Either.Either<CreatedKudos, KudosFailure>,
  outcome: Outcome
): Effect.Effect<void> =>
  Either.match(result, {
    onLeft: failure =>
      failure._tag === "OutcomeUnknown"
        ? kudosAsked("unknown")
        : kudosAsked(outcome._tag === "Refused" ? "refused" : "failed"),
    onRight: ({ intent: { facts } }) =>
      Effect.zipRight(kudosAsked("created"), kudosCreated(facts.symbol, Number(facts.amount)))
  })
