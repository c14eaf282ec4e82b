import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import { Deferred, Duration, Effect, Fiber, Option } from "effect"
import { callbackOf } from "../../adapters/discord/callbacks.ts"
import { InteractionSignatures } from "../../ports/Signatures.ts"
import { Unanswered } from "../features/Conversation.ts"
import { InteractionRouter } from "./InteractionRouter.ts"
import { mount } from "../http/Endpoint.ts"
import type { Endpoint } from "../http/Endpoint.ts"
import { readBody } from "../http/httpBody.ts"

/** Discord waits three seconds. */
const answersWithin = Duration.millis(2900)

export const endpoint: Endpoint = { path: "/interactions", methods: ["POST"] }

/**
 * Interactions that Discord posts instead of sending them through the gateway. The first answer is the HTTP response; the
 * work goes on once that has left.
 */
export const layer = mount(
  endpoint,
  Effect.gen(function* () {
    const signatures = yield* InteractionSignatures
    const router = yield* InteractionRouter

    /** What Discord signed. Strangers leave no spans. */
    const genuine = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
      yield* signatures.inspect(request.headers)
      const body = yield* readBody(request)
      yield* signatures.verify({ headers: request.headers, body })
      return body
    }, Effect.withTracerEnabled(false))

    const receive = Effect.fnUntraced(
      function* (request: HttpServerRequest.HttpServerRequest) {
        const body = yield* genuine(request)
        const text = new TextDecoder().decode(body)
        const raw = yield* Effect.option(Effect.try((): unknown => JSON.parse(text)))
        if (Option.isNone(raw)) return problem(400, "the body is not JSON")
        const answer = yield* Deferred.make<HttpServerResponse.HttpServerResponse>()
        const hasLeft = yield* Deferred.make<void>()
        yield* Effect.addFinalizer(() => Deferred.succeed(hasLeft, undefined))
        const handling = yield* router.accept(raw.value, first =>
          Effect.flatMap(
            Deferred.succeed(answer, HttpServerResponse.unsafeJson(callbackOf(first))),
            isInTime =>
              isInTime ? Deferred.await(hasLeft) : new Unanswered({ reason: "Discord waits no longer" })
          )
        )
        // A handler that ends without an answer has none to give: the interaction came twice, or could not be read.
        yield* Effect.forkDaemon(
          Effect.zipRight(
            Fiber.await(handling),
            Deferred.succeed(answer, HttpServerResponse.empty({ status: 202 }))
          )
        )
        yield* Effect.forkDaemon(
          Effect.delay(Deferred.succeed(answer, problem(503, "no answer in time")), answersWithin)
        )
        return yield* Deferred.await(answer)
      },
      Effect.catchTags({
        BodyTooLarge: () => Effect.succeed(problem(413, "the body is too large")),
        TooManyBodies: () =>
          Effect.succeed(
            HttpServerResponse.setHeader(problem(503, "too much is being read"), "retry-after", "1")
          ),
        RequestError: () => Effect.succeed(problem(400, "the body could not be read")),
        SignatureRefused: () => Effect.succeed(problem(401, "invalid request signature"))
      })
    )

    return Effect.flatMap(HttpServerRequest.HttpServerRequest, receive)
  })
)

const problem = (status: number, error: string) => HttpServerResponse.unsafeJson({ error }, { status })
