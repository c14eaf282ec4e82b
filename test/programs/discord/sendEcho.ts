import { Effect } from "effect"
import type { Interaction } from "../../../sandbox/discord/Interactions.ts"
import { until } from "./doors.ts"
import type { Door } from "./doors.ts"
import { echo } from "./echo.ts"

/** Somebody sends `/echo`, and sees its first answer. */
export const sendEcho = (door: Door): Effect.Effect<Interaction> =>
  Effect.gen(function* () {
    const { envelope, interaction } = door.open(2)
    yield* door.send({ ...envelope, data: echo })
    yield* untilAnswered(door, interaction)
    return interaction
  })

export const untilAnswered = ({ repliesTo }: Door, interaction: Interaction) =>
  until(() => repliesTo(interaction).length > 0)

export const runsOf = ({ events }: Door, { id }: Interaction): number =>
  events.filter(event => event === `runs ${id}`).length

export const untilRun = (door: Door, interaction: Interaction) => until(() => runsOf(door, interaction) > 0)

export const statuses = ({ repliesTo }: Door, interaction: Interaction): ReadonlyArray<number> =>
  repliesTo(interaction).map(({ status }) => status)
