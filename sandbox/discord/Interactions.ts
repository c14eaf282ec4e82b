import { Effect } from "effect"
import { randomBytes } from "node:crypto"
import type { Bus } from "./Bus.ts"
import type { Callback } from "./CallbackBody.ts"
import { decodeCallback } from "./CallbackBody.ts"
import * as Refusal from "./DiscordError.ts"
import type { DiscordError } from "./DiscordError.ts"
import type { UploadedFile } from "./MessageBody.ts"
import type { Messages } from "./Messages.ts"
import { messageFlags } from "./Model.ts"
import type { Settings } from "./Settings.ts"
import type { World } from "./World.ts"
import type { WorldClock } from "./WorldClock.ts"

export interface NewInteraction {
  /** 2 command, 3 component, 4 autocomplete. */
  readonly type: 2 | 3 | 4
  readonly userId: string
  readonly guildId: string | null
  readonly channelId: string
  /** The command's name, or the component's custom id. */
  readonly name: string
  /** The message whose component was used. */
  readonly sourceMessageId: string | null
}

export interface Acknowledgement {
  readonly callback: Callback
  /** Milliseconds of the fake's clock. */
  readonly at: number
  /** Milliseconds since the person started the interaction. */
  readonly ms: number
  readonly via: "callback" | "http"
}

export interface Interaction extends NewInteraction {
  readonly id: string
  readonly token: string
  readonly createdAt: number
  ack: Acknowledgement | null
  /** Why Discord showed the person "This interaction failed". */
  failure: string | null
  originalId: string | null
  readonly followupIds: Array<string>
  /** Discord's error code of each refused callback: 10062 late, 40060 a second time, 50035 malformed. */
  readonly refusedCallbacks: Array<number>
}

export interface Interactions {
  readonly all: ReadonlyMap<string, Interaction>
  readonly open: (interaction: NewInteraction) => Interaction
  readonly acknowledge: (
    id: string,
    token: string,
    body: unknown,
    files: ReadonlyArray<UploadedFile>,
    via: Acknowledgement["via"]
  ) => Effect.Effect<Interaction, DiscordError>
  /** Shows the person that the interaction failed; later answers are refused. */
  readonly fail: (interaction: Interaction, reason: string) => void
  /** The interaction with this token, while its webhook works. */
  readonly webhook: (applicationId: string, token: string) => Effect.Effect<Interaction, DiscordError>
}

interface Needs {
  readonly settings: Settings
  readonly clock: WorldClock
  readonly world: World
  readonly messages: Messages
  readonly bus: Bus
  readonly newId: () => string
}

export const makeInteractions = ({ bus, clock, messages, newId, settings, world }: Needs): Interactions => {
  const all = new Map<string, Interaction>()
  const byToken = new Map<string, Interaction>()

  const fail: Interactions["fail"] = (interaction, reason) => {
    if (interaction.ack !== null || interaction.failure !== null) return
    interaction.failure = reason
    bus.emit({ _tag: "InteractionFailed", interaction })
  }

  const apply = (interaction: Interaction, callback: Callback, files: ReadonlyArray<UploadedFile>) =>
    Effect.gen(function* () {
      const channel = world.channels.get(interaction.channelId)
      if (!channel) return yield* Refusal.unknownChannel()
      const answer = (flags: number) => ({
        channel,
        authorId: world.bot.id,
        flags,
        ephemeralFor: flags & messageFlags.ephemeral ? interaction.userId : null,
        replyTo: interaction.sourceMessageId,
        interaction: interaction.type === 4 ? null : originOf(interaction, interaction.type)
      })
      switch (callback.type) {
        case 4:
          return messages.create({ ...callback.data, ...answer(callback.data.flags ?? 0), files }).id
        case 5:
          return messages.create(answer((callback.flags & messageFlags.ephemeral) | messageFlags.loading)).id
        case 6:
          return interaction.sourceMessageId
        case 7: {
          const source =
            interaction.sourceMessageId === null ? undefined : messages.get(interaction.sourceMessageId)
          if (!source) return yield* Refusal.unknownMessage()
          return messages.edit(source, callback.data, files, "interaction").id
        }
        case 1:
        case 8:
        case 9:
          return null
      }
    })

  return {
    all,
    fail,
    open: fresh => {
      const id = newId()
      const token = Buffer.from(`interaction:${id}:${randomBytes(48).toString("hex")}`).toString("base64url")
      const interaction: Interaction = {
        ...fresh,
        id,
        token,
        createdAt: clock.now(),
        ack: null,
        failure: null,
        originalId: null,
        followupIds: [],
        refusedCallbacks: []
      }
      all.set(id, interaction)
      byToken.set(token, interaction)
      clock.after(settings.ackDeadlineMs, () => fail(interaction, "no answer in time"))
      bus.emit({ _tag: "InteractionCreated", interaction })
      return interaction
    },
    acknowledge: (id, token, body, files, via) =>
      Effect.gen(function* () {
        const interaction = all.get(id)
        if (!interaction || interaction.token !== token) return yield* Refusal.unknownInteraction()
        const refuse = (error: DiscordError) => {
          interaction.refusedCallbacks.push(error.code)
          return error
        }
        if (interaction.failure !== null) return yield* refuse(Refusal.unknownInteraction())
        if (interaction.ack !== null) return yield* refuse(Refusal.alreadyAcknowledged())
        const source =
          interaction.sourceMessageId === null ? undefined : messages.get(interaction.sourceMessageId)
        const callback = yield* decodeCallback(body, interaction.type, source?.flags ?? 0, files).pipe(
          Effect.mapError(refuse)
        )
        const at = clock.now()
        interaction.ack = { callback, at, ms: at - interaction.createdAt, via }
        interaction.originalId = yield* apply(interaction, callback, files).pipe(
          Effect.tapError(() =>
            Effect.sync(() => {
              interaction.ack = null
            })
          )
        )
        bus.emit({ _tag: "InteractionAcked", interaction })
        return interaction
      }),
    webhook: (applicationId, token) =>
      Effect.gen(function* () {
        const interaction = byToken.get(token)
        if (applicationId !== world.bot.id || !interaction || interaction.ack === null) {
          return yield* Refusal.unknownWebhook()
        }
        if (clock.now() - interaction.createdAt >= settings.tokenLifetimeMs) {
          return yield* Refusal.invalidWebhookToken()
        }
        return interaction
      })
  }
}

/** The part of an interaction that the message answering it keeps. */
export const originOf = (interaction: Interaction, type: 2 | 3) => ({
  id: interaction.id,
  type,
  userId: interaction.userId,
  sourceMessageId: interaction.sourceMessageId
})
