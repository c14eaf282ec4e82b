/** The whole graph of services and programs over stores in memory, a Discord that records and a Mochi that is scripted. */
import { Effect, ExecutionStrategy, Exit, Fiber, Layer, Option, Scope, TestClock } from "effect"
import { layerOf } from "../../src/adapters/memory/memoryStores.ts"
import * as Process from "../../src/adapters/memory/Process.ts"
import * as Tables from "../../src/adapters/memory/Tables.ts"
import type { RequestStatus } from "../../src/domain/RequestStatus.ts"
import { requestReport } from "../../src/domain/TransferRequest.ts"
import type { RequestReport } from "../../src/domain/TransferRequest.ts"
import { edge, services } from "../../src/graph.ts"
import { Atomic } from "../../src/ports/Atomic.ts"
import { AuditLog } from "../../src/ports/AuditLog.ts"
import { NotificationLog } from "../../src/ports/NotificationLog.ts"
import { UsageLog } from "../../src/ports/UsageLog.ts"
import type { Respond } from "../../src/programs/discord/conversation.ts"
import { InteractionRouter } from "../../src/programs/discord/InteractionRouter.ts"
import * as kudosRecovery from "../../src/programs/features/kudosRecovery.ts"
import * as JobWorker from "../../src/programs/jobs/JobWorker.ts"
import { DeadLetters } from "../../src/services/DeadLetters.ts"
import { Intake } from "../../src/services/Intake.ts"
import { settings } from "../adapters/mochi/mochiClients.ts"
import { everything } from "../stores/auditing.ts"
import { facts } from "./cast.ts"
import { key, storeDown } from "./mochiWorld.ts"
import { firstLineOf, recordingMessenger } from "./recordingMessenger.ts"
import { scriptedMochi } from "./scriptedMochi.ts"

const graph = edge.pipe(Layer.provideMerge(Layer.provideMerge(DeadLetters.Default, services)))

export type Stores = Layer.Layer.Success<ReturnType<typeof layerOf>>

/** Lets every fiber run on until it waits for something that only time or a test brings. */
export const settled = TestClock.adjust(0)

/** Empty tables, and what the processes over them share. `happened` has what they did outside, in order. */
export const inMemory = Effect.gen(function* () {
  const happened: Array<string> = []
  const { discord, layer: discordLayer } = recordingMessenger(happened)
  const { layer: mochiLayer, mochi } = scriptedMochi(happened)
  /** No transaction works while `isAway`. */
  const stores = { isAway: false }
  const atomic = Layer.effect(
    Atomic,
    Effect.map(Atomic, ({ transaction }) => ({
      transaction: <A, E, R>(work: Effect.Effect<A, E, R>) =>
        Effect.suspend(() => (stores.isAway ? storeDown : transaction(work)))
    }))
  )
  const shared = yield* Layer.build(
    Layer.mergeAll(Tables.layer, discordLayer, mochiLayer, settings("http://127.0.0.1:1"))
  )
  const outer = yield* Effect.scope

  /** A process of the service, which runs none of its background programs by itself. `over` has ports that a test breaks. */
  const start = Effect.fnUntraced(function* (
    id: number,
    over: Layer.Layer<never, never, Stores> = Layer.empty
  ) {
    const scope = yield* Scope.fork(outer, ExecutionStrategy.sequential)
    const context = yield* graph.pipe(
      Layer.provideMerge(Layer.provideMerge(Layer.merge(atomic, over), layerOf(id))),
      Layer.provideMerge(Layer.succeedContext(shared)),
      Layer.buildWithScope(scope)
    )
    const respond: Respond = first =>
      Effect.sync(() => {
        const said = first._tag === "Answer" ? firstLineOf(first.screen) : first._tag
        happened.push(`acknowledge: ${said}`)
      })
    const accept = (raw: unknown, by = respond) =>
      Effect.provide(
        Effect.flatMap(InteractionRouter, router => router.accept(raw, by)),
        context
      )
    return {
      context,
      accept,
      /** Ends with the interaction, and what is written down of it. */
      send: (raw: unknown, by?: Respond) =>
        Effect.flatMap(accept(raw, by), Fiber.await).pipe(Effect.zipLeft(settled)),
      deliversJobs: JobWorker.layer.pipe(
        Layer.provide(Layer.succeedContext(context)),
        Layer.buildWithScope(scope)
      ),
      recovers: kudosRecovery.layer.pipe(
        Layer.provide(Layer.succeedContext(context)),
        Layer.buildWithScope(scope)
      ),
      stop: Scope.close(scope, Exit.void),
      crash: Effect.provide(Process.end(id), shared)
    }
  })
  const process = yield* start(1)

  let webhooks = 0
  const webhook = (status: RequestStatus, change: Partial<RequestReport> = {}) =>
    Effect.flatMap(Intake, intake =>
      intake.accept(
        `msg_${++webhooks}`,
        requestReport(key, { status: Option.some(status), facts: Option.some(facts), ...change })
      )
    ).pipe(Effect.provide(process.context))

  /** The notifications, oldest first, as `audience about: state`, with the reason if there is one. */
  const notified = Effect.flatMap(NotificationLog, log => log.list(Option.none(), 1000)).pipe(
    Effect.map(all =>
      all
        .map(({ about, audience, reason, state }) =>
          [`${audience} ${about}: ${state}`, ...Option.toArray(reason)].join(", ")
        )
        .reverse()
    ),
    Effect.provide(process.context)
  )

  /** The audit log, oldest first, as `who action outcome`. */
  const audited = Effect.flatMap(AuditLog, log => log.list(everything, 1000)).pipe(
    Effect.map(entries => entries.map(entry => `${entry.actor} ${entry.action} ${entry.outcome}`).reverse()),
    Effect.provide(process.context)
  )
  const used = Effect.flatMap(UsageLog, log => log.report(1)).pipe(
    Effect.map(({ commands }) => Object.fromEntries(commands.map(({ command, runs }) => [command, runs]))),
    Effect.provide(process.context)
  )

  return { happened, discord, mochi, stores, start, process, webhook, notified, audited, used }
})
