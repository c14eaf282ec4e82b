import { Effect, Option } from "effect"
import { within } from "../../context/Deadline.ts"
import type { MochiHttp } from "./MochiHttp.ts"

const answersWithin = "5 seconds"

type Http = MochiHttp["Type"]

/** Whether the health check answers with a 2xx. */
export const isHealthy = (http: Http, api: "pay" | "profile"): Effect.Effect<boolean> =>
  check(http, api).pipe(
    Effect.as(true),
    Effect.orElseSucceed(() => false)
  )

/** Whether there is an answer other than 5xx: an API without a health check answers 404, and is up. */
export const answersAtAll = (http: Http, api: "pay" | "profile"): Effect.Effect<boolean> =>
  check(http, api).pipe(
    Effect.as(true),
    Effect.catchAll(error => Effect.succeed(Option.exists(error.status, status => status < 500)))
  )

const check = (http: Http, api: "pay" | "profile") =>
  http
    .run({
      operation: "health",
      api,
      method: "GET",
      path: "/health",
      ids: {},
      query: "",
      auth: "none",
      body: Option.none(),
      idempotencyKey: Option.none(),
      repeatable: false,
      reading: {
        decode: () => Option.none(),
        withoutBody: Option.some(undefined),
        answers: {}
      }
    })
    .pipe(within(answersWithin))
