import { Effect } from "effect"
import * as Refusal from "../DiscordError.ts"
import type { MessageCreate } from "../MessageBody.ts"
import { decodeCreate, decodeEdit } from "../MessageBody.ts"
import type { Channel, Message } from "../Model.ts"
import type { State } from "../State.ts"
import { channelPayload, messagePayload } from "../wire.ts"
import { isEmpty } from "./emptiness.ts"
import { channelFor } from "./access.ts"
import { countOldEdit } from "./oldEdits.ts"
import type { Route, RouteRequest } from "./Route.ts"
import { noContent, ok } from "./Route.ts"

const show = (state: State, message: Message) =>
  messagePayload(message, state.world, state.messages, state.url)

/** The bot's token cannot reach ephemeral messages. */
const messageIn = (state: State, channel: Channel, id: string) => {
  const message = state.messages.get(id)
  return message && message.channelId === channel.id && message.ephemeralFor === null
    ? Effect.succeed(message)
    : Refusal.unknownMessage()
}

/** The message that the same nonce created shortly before; it may be deleted by now. */
const earlier = (state: State, channel: Channel, body: MessageCreate) =>
  body.enforce_nonce && body.nonce !== null && body.nonce !== undefined
    ? [...state.messages.all.values()].find(
        message =>
          message.channelId === channel.id &&
          message.authorId === state.world.bot.id &&
          message.nonce === body.nonce &&
          state.clock.now() - message.createdAt < state.settings.nonceWindowMs
      )
    : undefined

const create = (state: State, request: RouteRequest) =>
  Effect.gen(function* () {
    const channel = yield* channelFor(state, request.param("channel_id"), "send")
    const body = yield* decodeCreate(request.body, request.files)
    const before = earlier(state, channel, body)
    if (before) return before.deleted ? yield* Refusal.unknownMessage() : before
    const replyTo = body.message_reference?.message_id ?? null
    return state.messages.create({
      ...body,
      channel,
      authorId: state.world.bot.id,
      files: request.files,
      flags: (body.flags ?? 0) & ~((1 << 6) | (1 << 7)),
      replyTo
    })
  })

const list = (state: State, request: RouteRequest) =>
  Effect.gen(function* () {
    const channel = yield* channelFor(state, request.param("channel_id"), "read")
    const { after, around, before } = request.query
    const limit = Math.min(100, Math.max(1, Number(request.query["limit"] ?? 50) || 50))
    const newestFirst = state.messages
      .inChannel(channel.id)
      .filter(message => message.ephemeralFor === null)
      .toReversed()
    if (before) return newestFirst.filter(({ id }) => BigInt(id) < BigInt(before)).slice(0, limit)
    if (after) return newestFirst.filter(({ id }) => BigInt(id) > BigInt(after)).slice(-limit)
    if (around) {
      const at = newestFirst.findIndex(({ id }) => BigInt(id) <= BigInt(around))
      const from = Math.max(0, at - Math.floor(limit / 2))
      return newestFirst.slice(from, from + limit)
    }
    return newestFirst.slice(0, limit)
  })

export const messageRoutes: ReadonlyArray<Route> = [
  {
    method: "GET",
    template: "/channels/{channel_id}",
    access: "bot",
    handle: (state, request) =>
      Effect.map(channelFor(state, request.param("channel_id"), "read"), channel =>
        ok(channelPayload(channel, state.world))
      )
  },
  {
    method: "GET",
    template: "/channels/{channel_id}/messages",
    access: "bot",
    handle: (state, request) =>
      Effect.map(list(state, request), messages => ok(messages.map(message => show(state, message))))
  },
  {
    method: "POST",
    template: "/channels/{channel_id}/messages",
    access: "bot",
    handle: (state, request) => Effect.map(create(state, request), message => ok(show(state, message)))
  },
  {
    method: "GET",
    template: "/channels/{channel_id}/messages/{message_id}",
    access: "bot",
    handle: (state, request) =>
      channelFor(state, request.param("channel_id"), "read").pipe(
        Effect.flatMap(channel => messageIn(state, channel, request.param("message_id"))),
        Effect.map(message => ok(show(state, message)))
      )
  },
  {
    method: "PATCH",
    template: "/channels/{channel_id}/messages/{message_id}",
    access: "bot",
    handle: (state, request) =>
      Effect.gen(function* () {
        const channel = yield* channelFor(state, request.param("channel_id"), "read")
        const message = yield* messageIn(state, channel, request.param("message_id"))
        if (message.authorId !== state.world.bot.id) return yield* Refusal.notYourMessage()
        const body = yield* decodeEdit(request.body, message.flags)
        if (isEmpty(message, body, request.files)) return yield* Refusal.emptyMessage()
        yield* countOldEdit(state, message)
        return ok(show(state, state.messages.edit(message, body, request.files, "message")))
      })
  },
  {
    method: "DELETE",
    template: "/channels/{channel_id}/messages/{message_id}",
    access: "bot",
    handle: (state, request) =>
      Effect.gen(function* () {
        const channel = yield* channelFor(state, request.param("channel_id"), "read")
        const message = yield* messageIn(state, channel, request.param("message_id"))
        if (message.authorId !== state.world.bot.id) return yield* Refusal.missingPermissions()
        state.messages.remove(message)
        return noContent
      })
  }
]
