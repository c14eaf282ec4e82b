import { expect, it, vi } from "@effect/vitest"
import { Effect, Option, Stream } from "effect"
import * as Sandbox from "../../sandbox/Sandbox.ts"
import { serviceView } from "../../sandbox/web/panelViews.ts"

// A sandbox is a database, two servers and a service to start: machines that stall take their time.
vi.setConfig({ testTimeout: 180_000 })

it.scopedLive("the service's state is what its /readyz says, from moment to moment (N12)", () =>
  Effect.gen(function* () {
    const { discord, mochi, service } = yield* Sandbox.make
    yield* service.ready
    const becomes = (state: string) =>
      service.status.changes.pipe(
        Stream.map(serviceView),
        Stream.filter(view => view.state === state),
        Stream.runHead,
        Effect.timeout("30 seconds"),
        Effect.map(Option.getOrThrow)
      )
    yield* becomes("ready")
    discord.gateway.setDown(true)
    discord.gateway.cut()
    expect((yield* becomes("unavailable")).checks["discord"]).not.toBe("ok")
    discord.gateway.setDown(false)
    yield* becomes("ready")
    yield* mochi.faults.add({ fault: { _tag: "Status", status: 503 } })
    expect((yield* becomes("degraded")).checks["mochi"]).toBe("down")
    yield* service.kill
    yield* becomes("stopped")
  })
)

it("a service that was ready and does not answer is not called ready (N12)", () => {
  const status = { phase: "ready", pid: 1, readiness: undefined, checks: {}, ended: undefined } as const
  expect(serviceView(status).state).toBe("not answering")
  expect(serviceView({ ...status, phase: "starting" }).state).toBe("starting")
})
