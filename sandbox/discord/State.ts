import type { Bus } from "./Bus.ts"
import { makeBus } from "./Bus.ts"
import type { Commands } from "./Commands.ts"
import { makeCommands } from "./Commands.ts"
import type { Faults } from "./Faults.ts"
import { makeFaults } from "./Faults.ts"
import type { Interactions } from "./Interactions.ts"
import { makeInteractions } from "./Interactions.ts"
import type { Messages } from "./Messages.ts"
import { makeMessages } from "./Messages.ts"
import type { RateLimits } from "./RateLimits.ts"
import { makeRateLimits } from "./RateLimits.ts"
import type { Recorder } from "./Recorder.ts"
import { makeRecorder } from "./Recorder.ts"
import type { Settings } from "./Settings.ts"
import { makeSnowflakes } from "./Snowflake.ts"
import type { World } from "./World.ts"
import { makeWorld } from "./World.ts"
import type { WorldClock } from "./WorldClock.ts"
import { makeWorldClock } from "./WorldClock.ts"

/** Everything that the fake's servers share. */
export interface State {
  readonly settings: Settings
  readonly clock: WorldClock
  readonly bus: Bus
  readonly newId: () => string
  readonly world: World
  readonly messages: Messages
  readonly commands: Commands
  readonly interactions: Interactions
  readonly limits: RateLimits
  readonly faults: Faults
  readonly requests: Recorder
  /** While this is set, the fake refuses the token everywhere. */
  tokenRefused: boolean
  /** `http://127.0.0.1:{port}`, once the server listens. */
  url: string
  sessionStartsLeft: number
}

export const makeState = (settings: Settings): State => {
  const clock = makeWorldClock()
  const bus = makeBus()
  const newId = makeSnowflakes(clock.now)
  const { applicationId, botName } = settings
  const world = makeWorld({ applicationId, botName, newId, now: clock.now }, bus)
  const messages = makeMessages(world, bus, newId, clock.now)
  return {
    settings,
    clock,
    bus,
    newId,
    world,
    messages,
    commands: makeCommands(bus, newId),
    interactions: makeInteractions({ settings, clock, world, messages, bus, newId }),
    limits: makeRateLimits({ ...settings, now: clock.now }),
    faults: makeFaults(),
    requests: makeRecorder(),
    tokenRefused: false,
    url: "",
    sessionStartsLeft: settings.sessionStartLimit
  }
}
