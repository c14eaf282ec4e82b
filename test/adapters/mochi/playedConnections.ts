import type * as Undici from "@effect/platform-node/Undici"
import { Effect, Fiber, Layer, Runtime } from "effect"
import { Connections } from "../../../src/adapters/mochi/transport.ts"

/** A request as it reaches the wire. */
export interface Sent {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** How a connection ends instead of with an answer. */
export type Broken = { readonly code: string; readonly hasBegun: boolean; readonly error: Error }

/** Connections that answer as told, as undici would tell of it. Time is that of the effect that makes them. */
export const played = (
  answer: (sent: Sent) => Effect.Effect<Response, Broken>
): Effect.Effect<Connections["Type"]> =>
  Effect.map(Effect.runtime(), runtime => ({
    dispatch: (options, handler) => {
      const controller = new Controller()
      const answering = Effect.gen(function* () {
        const response = yield* answer(sentOf(options))
        controller.begin(handler)
        yield* Effect.promise(() => pass(response, handler, controller))
      }).pipe(
        Effect.catchAll(({ code, error, hasBegun }) =>
          Effect.sync(() => {
            if (hasBegun) controller.begin(handler)
            handler.onResponseError?.(controller, Object.assign(error, { code }))
          })
        )
      )
      const fiber = Runtime.runFork(runtime)(answering)
      controller.stop = () => void Effect.runFork(Fiber.interrupt(fiber))
      return true
    }
  }))

export const layer = (answer: (sent: Sent) => Effect.Effect<Response, Broken>): Layer.Layer<Connections> =>
  Layer.effect(Connections, played(answer))

const sentOf = (options: Undici.Dispatcher.DispatchOptions): Sent => ({
  method: options.method,
  url: `${String(options.origin)}${options.path}`,
  headers: Object.fromEntries(
    Object.entries(options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)])
  ),
  body: typeof options.body === "string" ? options.body : ""
})

/** Hands a response over piece by piece, as fast as the reader takes it. */
const pass = async (
  response: Response,
  handler: Undici.Dispatcher.DispatchHandler,
  controller: Controller
): Promise<void> => {
  handler.onResponseStart?.(controller, response.status, Object.fromEntries(response.headers))
  const reader = response.body?.getReader()
  controller.cancel = () => void reader?.cancel()
  for (;;) {
    await controller.flowing
    const piece = controller.aborted ? undefined : await reader?.read()
    if (controller.aborted) return
    if (piece === undefined || piece.done) return handler.onResponseEnd?.(controller, {})
    handler.onResponseData?.(controller, Buffer.from(piece.value))
  }
}

class Controller implements Undici.Dispatcher.DispatchController {
  aborted = false
  paused = false
  reason: Error | null = null
  flowing: Promise<void> = Promise.resolve()
  stop = () => {}
  cancel = () => {}
  #flow = () => {}

  begin(handler: Undici.Dispatcher.DispatchHandler): void {
    handler.onRequestStart?.(this, {})
  }

  abort(reason: Error): void {
    this.aborted = true
    this.reason = reason
    this.cancel()
    this.stop()
    this.#flow()
  }

  pause(): void {
    this.paused = true
    this.flowing = new Promise(resolve => {
      this.#flow = resolve
    })
  }

  resume(): void {
    this.paused = false
    this.#flow()
  }
}
