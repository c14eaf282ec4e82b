import { Duration, Option } from "effect"
import type { Interaction } from "./State.ts"

/** How long Discord honours a token. */
const livesFor = Duration.toMillis("15 minutes")

export const tokenAlive = ({ receivedAt, token }: Interaction, now: number): boolean =>
  Option.isSome(token) && receivedAt > now - livesFor
