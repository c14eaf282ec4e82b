/** What the service does, over ports alone: the services, and on top of them the features and the edge that carries them out. */
import { Layer } from "effect"
import * as conversation from "./programs/discord/conversation.ts"
import { InteractionRouter } from "./programs/discord/InteractionRouter.ts"
import { Features } from "./programs/features/features.ts"
import { KudosAnswers } from "./programs/features/kudosAnswers.ts"
import { PrivacyTurns } from "./programs/features/privacy.ts"
import { Audit } from "./services/Audit.ts"
import { Cards } from "./services/Cards.ts"
import { Choices } from "./services/Choices.ts"
import { Decisions } from "./services/Decisions.ts"
import { Deliveries } from "./services/Deliveries.ts"
import { Intake } from "./services/Intake.ts"
import { KudosRequests } from "./services/KudosRequests.ts"
import { Privacy } from "./services/Privacy.ts"
import { RecentChoices } from "./services/RecentChoices.ts"
import { RequestPeople } from "./services/RequestPeople.ts"
import { Settlements } from "./services/Settlements.ts"

export const services = Layer.mergeAll(
  Choices.Default,
  Decisions.Default,
  Deliveries.Default,
  Intake.Default,
  KudosRequests.Default,
  Privacy.Default
).pipe(
  Layer.provideMerge(
    Layer.mergeAll(Audit.Default, RecentChoices.Default, RequestPeople.Default, Settlements.Default)
  ),
  Layer.provideMerge(Cards.Default)
)

const features = Features.Default.pipe(
  Layer.provideMerge(Layer.mergeAll(KudosAnswers.Default, PrivacyTurns.Default))
)

export const edge = Layer.merge(InteractionRouter.Default, conversation.layer).pipe(
  Layer.provideMerge(features)
)
