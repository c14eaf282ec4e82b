import { Headers, HttpServerRequest, HttpServerResponse } from "@effect/platform"
import { NodeHttpServer } from "@effect/platform-node"
import type { ServeError } from "@effect/platform/HttpServerError"
import { Effect, Either, Option, ParseResult, Schedule, Schema, Stream } from "effect"
import type { Scope } from "effect"
import { createServer } from "node:http"
import { isOurs } from "../guard.ts"
import type { Sandbox } from "../Sandbox.ts"
import { targetOf } from "../target.ts"
import { Action, makePerform } from "./Actions.ts"
import type { Perform } from "./Actions.ts"
import * as LiveView from "./LiveView.ts"
import * as StaticFiles from "./staticFiles.ts"
import * as Trouble from "./Trouble.ts"
import type { SettingsView } from "./wire.ts"

export interface WebOptions {
  readonly host: string
  /** 0 = a free one */
  readonly port: number
  readonly settings: SettingsView
}

/** Serves the page until the scope ends, and returns the port. */
export const serve = (
  sandbox: Sandbox,
  { host, port, settings }: WebOptions
): Effect.Effect<number, ServeError, Scope.Scope> =>
  Effect.gen(function* () {
    const trouble = yield* Trouble.make(sandbox)
    const live = yield* LiveView.make(sandbox, trouble, settings)
    const findFile = yield* StaticFiles.make
    const perform = makePerform(sandbox, trouble)

    const route = Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const { path, query } = targetOf(request.url)
      const person = Option.fromNullable(personOf(sandbox, new URLSearchParams(query).get("person")))
      if (request.method === "POST") return path === "/do" ? yield* act(perform) : notFound
      if (request.method !== "GET") return problem(405, "This path does not support this method.")
      if (path === "/live")
        return Option.match(person, {
          onNone: () => notFound,
          onSome: user => eventStream(live.follow(user))
        })
      if (path.startsWith("/attachments/"))
        return Option.match(person, {
          onNone: () => notFound,
          onSome: ({ id }) => attachment(sandbox, path, id)
        })
      return Option.match(yield* findFile(path), {
        onNone: () => notFound,
        onSome: ({ body, contentType }) =>
          HttpServerResponse.text(body, { contentType, headers: cachedIfPicture(contentType) })
      })
    })

    const app = Effect.gen(function* () {
      const { headers } = yield* HttpServerRequest.HttpServerRequest
      if (!isOurs({ host: headers["host"], origin: headers["origin"] }, host))
        return problem(403, "The sandbox answers only its own page.")
      return HttpServerResponse.setHeaders(yield* route, protective)
    })

    const node = createServer()
    const server = yield* NodeHttpServer.make(() => node, { host, port })
    // Open pages would delay the end.
    yield* Effect.addFinalizer(() => Effect.sync(() => node.closeAllConnections()))
    yield* server.serve(app)
    return server.address._tag === "TcpAddress" ? server.address.port : port
  })

const act = (perform: Perform) =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const body = yield* Effect.either(request.json)
    const action = Either.flatMap(body, json =>
      Either.mapLeft(Schema.decodeUnknownEither(Action)(json), error =>
        ParseResult.TreeFormatter.formatErrorSync(error)
      )
    )
    if (Either.isLeft(action)) return problem(400, "The sandbox has no such action.")
    const result = yield* Effect.either(perform(action.right))
    return Either.match(result, {
      onLeft: ({ why }) => problem(409, why),
      onRight: done => HttpServerResponse.unsafeJson(done)
    })
  })

const encoder = new TextEncoder()

/** Server-sent events, with a comment every ten seconds so that a broken connection shows. */
const eventStream = (updates: Stream.Stream<unknown>) =>
  HttpServerResponse.stream(
    Stream.merge(
      Stream.map(updates, update => `data: ${JSON.stringify(update)}\n\n`),
      Stream.fromSchedule(Schedule.spaced("10 seconds")).pipe(Stream.map(() => ": still here\n\n"))
    ).pipe(Stream.map(text => encoder.encode(text))),
    { contentType: "text/event-stream", headers: Headers.fromInput({ "x-accel-buffering": "no" }) }
  )

/** Finds a person by id, or by the name in the page's address. */
const personOf = ({ discord }: Sandbox, idOrName: string | null) =>
  [...discord.world.users.values()].find(
    ({ bot, id, username }) => !bot && (id === idOrName || username === idOrName)
  )

/** Always a download, whatever its content type. */
const attachment = ({ discord }: Sandbox, path: string, personId: string) => {
  const [, , messageId = "", attachmentId] = path.split("/")
  const message = discord.messages.get(messageId)
  const isVisible = message?.ephemeralFor === null || message?.ephemeralFor === personId
  const file = message?.attachments.find(({ id }) => id === attachmentId)
  if (!isVisible || file === undefined) return notFound
  return HttpServerResponse.uint8Array(file.bytes, {
    contentType: "application/octet-stream",
    headers: Headers.fromInput({
      "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(file.filename)}`
    })
  })
}

/** The browser must load scripts and styles again, so that a page never mixes two versions of them. */
const cachedIfPicture = (contentType: string) =>
  Headers.fromInput({ "cache-control": contentType.startsWith("image/") ? "max-age=3600" : "no-store" })

const problem = (status: number, error: string) => HttpServerResponse.unsafeJson({ error }, { status })

const notFound = problem(404, "There is nothing here.")

const protective = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff"
}
