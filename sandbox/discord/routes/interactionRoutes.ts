import { Effect } from "effect"
import * as Refusal from "../DiscordError.ts"
import { originOf } from "../Interactions.ts"
import type { Interaction } from "../Interactions.ts"
import { decodeCreate, decodeEdit } from "../MessageBody.ts"
import type { Message, Payload } from "../Model.ts"
import { messageFlags } from "../Model.ts"
import type { State } from "../State.ts"
import { messagePayload } from "../wire.ts"
import { isEmpty } from "./emptiness.ts"
import type { Route, RouteRequest } from "./Route.ts"
import { noContent, ok } from "./Route.ts"

const show = (state: State, message: Message) =>
  messagePayload(message, state.world, state.messages, state.url)

const callbackReply = (state: State, interaction: Interaction): Payload => {
  const message = interaction.originalId === null ? undefined : state.messages.get(interaction.originalId)
  const type = interaction.ack?.callback.type ?? 0
  return {
    interaction: {
      id: interaction.id,
      type: interaction.type,
      channel_id: interaction.channelId,
      ...(interaction.guildId === null ? {} : { guild_id: interaction.guildId }),
      ...(message
        ? {
            response_message_id: message.id,
            response_message_loading: (message.flags & messageFlags.loading) !== 0,
            response_message_ephemeral: message.ephemeralFor !== null
          }
        : {})
    },
    ...(message && type !== 6 ? { resource: { type, message: show(state, message) } } : {})
  }
}

const hook = (state: State, request: RouteRequest) =>
  state.interactions.webhook(request.param("webhook_id"), request.param("webhook_token"))

/** A message that this token may change: the original answer or one of its follow-ups. */
const target = (state: State, request: RouteRequest) =>
  Effect.gen(function* () {
    const interaction = yield* hook(state, request)
    const wanted = request.param("message_id") || interaction.originalId
    const own = wanted === interaction.originalId || interaction.followupIds.some(id => id === wanted)
    const message = wanted === null || !own ? undefined : state.messages.get(wanted)
    return message ?? (yield* Refusal.unknownMessage())
  })

const edit = (state: State, request: RouteRequest, message: Message) =>
  Effect.gen(function* () {
    const body = yield* decodeEdit(request.body, message.flags)
    if (isEmpty(message, body, request.files)) return yield* Refusal.emptyMessage()
    return state.messages.edit(message, body, request.files, "interaction")
  })

const followUp = (state: State, request: RouteRequest) =>
  Effect.gen(function* () {
    const interaction = yield* hook(state, request)
    const original = interaction.originalId === null ? undefined : state.messages.get(interaction.originalId)
    if (original && original.flags & messageFlags.loading) {
      // The first follow-up of a deferred answer replaces it.
      return yield* edit(state, request, original)
    }
    const channel = state.world.channels.get(interaction.channelId)
    if (!channel) return yield* Refusal.unknownChannel()
    const body = yield* decodeCreate(request.body, request.files)
    const flags = body.flags ?? 0
    const message = state.messages.create({
      ...body,
      channel,
      authorId: state.world.bot.id,
      files: request.files,
      ephemeralFor: flags & messageFlags.ephemeral ? interaction.userId : null,
      interaction: originOf(interaction, interaction.type === 3 ? 3 : 2),
      replyTo: interaction.originalId
    })
    interaction.followupIds.push(message.id)
    // The event lets probes that wait for the follow-up look again.
    state.bus.emit({ _tag: "MessageUpdated", message })
    return message
  })

const webhookMessage = (template: string): ReadonlyArray<Route> => [
  {
    method: "GET",
    template,
    access: "webhook",
    handle: (state, request) => Effect.map(target(state, request), message => ok(show(state, message)))
  },
  {
    method: "PATCH",
    template,
    access: "webhook",
    handle: (state, request) =>
      target(state, request).pipe(
        Effect.flatMap(message => edit(state, request, message)),
        Effect.map(message => ok(show(state, message)))
      )
  },
  {
    method: "DELETE",
    template,
    access: "webhook",
    handle: (state, request) =>
      Effect.map(target(state, request), message => {
        state.messages.remove(message)
        return noContent
      })
  }
]

export const interactionRoutes: ReadonlyArray<Route> = [
  {
    method: "POST",
    template: "/interactions/{interaction_id}/{interaction_token}/callback",
    access: "webhook",
    handle: (state, request) =>
      Effect.map(
        state.interactions.acknowledge(
          request.param("interaction_id"),
          request.param("interaction_token"),
          request.body,
          request.files,
          "callback"
        ),
        interaction =>
          request.query["with_response"] === "true" ? ok(callbackReply(state, interaction)) : noContent
      )
  },
  {
    method: "POST",
    template: "/webhooks/{webhook_id}/{webhook_token}",
    access: "webhook",
    handle: (state, request) => Effect.map(followUp(state, request), message => ok(show(state, message)))
  },
  ...webhookMessage("/webhooks/{webhook_id}/{webhook_token}/messages/@original"),
  ...webhookMessage("/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}")
]
