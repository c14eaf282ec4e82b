import { expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { gatewayDoor } from "./doors.ts"
import { echo } from "./echo.ts"
import { runsOf, sendEcho, statuses, untilAnswered, untilRun } from "./sendEcho.ts"

it.scopedLive("work whose first answer Discord refuses never begins (C2)", () =>
  Effect.gen(function* () {
    const door = yield* gatewayDoor
    const { envelope, interaction } = door.open(2)
    door.discord.interactions.fail(interaction, "too late")
    yield* door.send({ ...envelope, data: echo })
    yield* untilAnswered(door, interaction)
    yield* untilRun(door, yield* sendEcho(door))
    expect(statuses(door, interaction)).toEqual([404])
    expect(runsOf(door, interaction)).toBe(0)
  })
)

it.scopedLive("a gateway that Discord refuses for good ends the process, which says why", () =>
  Effect.gen(function* () {
    const { discord, shutdown } = yield* gatewayDoor
    discord.gateway.close(4014)
    const fault = yield* Effect.flip(Effect.timeout(shutdown.awaitFault, "5 seconds"))
    expect(fault.message).toContain("Discord refuses the gateway (4014)")
  })
)
