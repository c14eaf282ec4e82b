import { expect, it } from "@effect/vitest"
import { Deferred, Effect } from "effect"
import { edges, interactionHeaders } from "../http/edges.ts"

const command = '{"type":2}'

const post = (port: number) =>
  Effect.promise(() =>
    fetch(`http://127.0.0.1:${port}/interactions`, {
      method: "POST",
      headers: interactionHeaders(command),
      body: command
    })
  )

it.scopedLive("an interaction whose first answer comes too late has none, and its work is told so (C2)", () =>
  Effect.gen(function* () {
    const told = yield* Deferred.make<string>()
    const port = yield* edges([], undefined, respond =>
      respond({ type: 5 }).pipe(
        Effect.as("taken"),
        Effect.catchAll(({ _tag }) => Effect.succeed(_tag)),
        Effect.delay("3100 millis"),
        Effect.flatMap(ended => Deferred.succeed(told, ended))
      )
    )
    const response = yield* post(port)
    expect(response.status).toBe(503)
    expect(yield* Effect.timeout(Deferred.await(told), "2 seconds")).toBe("Unanswered")
  })
)
