import { Data, Either, Option, Redacted, Schema } from "effect"
import type { ParseResult } from "effect"
import { ChannelId, DiscordUserId, GuildId, InteractionId, MessageId } from "../../domain/Ids.ts"

/** What every interaction has. */
export interface Envelope {
  readonly id: InteractionId
  /** Discord's id of this bot: follow-ups are addressed to it. */
  readonly botId: string
  readonly token: Redacted.Redacted
  readonly userId: DiscordUserId
  readonly guildId: Option.Option<GuildId>
  readonly channelId: Option.Option<ChannelId>
  readonly locale: Option.Option<string>
}

/** An option's text, whatever its type, by its name. */
export type Options = ReadonlyMap<string, string>

export interface Command {
  readonly name: string
  /** `export`, or with its group `notifications on`. */
  readonly subcommand: Option.Option<string>
  readonly options: Options
}

/** The message that a button is on. */
export interface PressedMessage {
  readonly id: MessageId
  readonly channelId: Option.Option<ChannelId>
  readonly isEphemeral: boolean
  readonly embed: Option.Option<PressedEmbed>
}

export type PressedEmbed = typeof Embed.Type

export type Interaction = Data.TaggedEnum<{
  Ping: {}
  Run: { readonly envelope: Envelope; readonly command: Command; readonly bots: ReadonlySet<string> }
  Autocomplete: { readonly envelope: Envelope; readonly command: Command; readonly focused: string }
  Press: { readonly envelope: Envelope; readonly customId: string; readonly message: PressedMessage }
  /** A kind of interaction that this bot has no use for. */
  Other: { readonly envelope: Envelope }
}>
export const Interaction = Data.taggedEnum<Interaction>()

/** Discord's JSON; left where it is not even an interaction. */
export const decodeInteraction = (raw: unknown): Either.Either<Interaction, ParseResult.ParseError> =>
  Either.gen(function* () {
    const wire = yield* decodeWire(raw)
    if (wire.type === 1) return Interaction.Ping()
    const envelope = envelopeOf(yield* decodePerson(raw))
    if (wire.type === 2) {
      const { data } = yield* decodeCommand(raw)
      const users = Object.entries(data.resolved?.users ?? {})
      const bots = new Set(users.flatMap(([id, user]) => (user.bot === true ? [id] : [])))
      return Interaction.Run({ envelope, command: commandOf(data), bots })
    }
    if (wire.type === 4) {
      const { data } = yield* decodeCommand(raw)
      const focused = leavesOf(data).find(option => option.focused === true)?.name ?? ""
      return Interaction.Autocomplete({ envelope, command: commandOf(data), focused })
    }
    if (wire.type === 3) {
      const { data, message } = yield* decodePress(raw)
      return Interaction.Press({
        envelope,
        customId: data.custom_id,
        message: {
          id: message.id,
          channelId: Option.fromNullable(message.channel_id),
          isEphemeral: ((message.flags ?? 0) & ephemeral) !== 0,
          embed: Option.fromNullable(message.embeds?.[0])
        }
      })
    }
    return Interaction.Other({ envelope })
  })

/** The flag of answers that only one person sees. */
export const ephemeral = 64

const Optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optional(Schema.NullOr(schema))

const User = Schema.Struct({ id: DiscordUserId })

const Sender = Schema.Union(
  Schema.Struct({ member: Schema.Struct({ user: User }) }),
  Schema.Struct({ user: User })
)

const Person = Schema.Struct({
  id: InteractionId,
  application_id: Schema.String,
  token: Schema.NonEmptyString,
  guild_id: Optional(GuildId),
  channel_id: Optional(ChannelId),
  locale: Optional(Schema.String)
}).pipe(Schema.extend(Sender))

const Leaf = Schema.Struct({
  name: Schema.String,
  type: Schema.Number,
  value: Schema.optional(Schema.Union(Schema.String, Schema.Number, Schema.Boolean)),
  focused: Schema.optional(Schema.Boolean)
})

const Branch = Schema.Struct({ ...Leaf.fields, options: Schema.optional(Schema.Array(Leaf)) })

const CommandData = Schema.Struct({
  name: Schema.String,
  options: Schema.optional(
    Schema.Array(Schema.Struct({ ...Leaf.fields, options: Schema.optional(Schema.Array(Branch)) }))
  ),
  resolved: Schema.optional(
    Schema.Struct({
      users: Schema.optional(
        Schema.Record({ key: Schema.String, value: Schema.Struct({ bot: Schema.optional(Schema.Boolean) }) })
      )
    })
  )
})

const Embed = Schema.Struct({
  title: Optional(Schema.String),
  description: Optional(Schema.String),
  footer: Optional(Schema.Struct({ text: Schema.String })),
  fields: Optional(
    Schema.Array(
      Schema.Struct({ name: Schema.String, value: Schema.String, inline: Schema.optional(Schema.Boolean) })
    )
  )
})

const decodeWire = Schema.decodeUnknownEither(Schema.Struct({ type: Schema.Number }))
const decodePerson = Schema.decodeUnknownEither(Person)
const decodeCommand = Schema.decodeUnknownEither(Schema.Struct({ data: CommandData }))
const decodePress = Schema.decodeUnknownEither(
  Schema.Struct({
    data: Schema.Struct({ custom_id: Schema.String }),
    message: Schema.Struct({
      id: MessageId,
      channel_id: Optional(ChannelId),
      flags: Optional(Schema.Number),
      embeds: Schema.optional(Schema.Array(Embed))
    })
  })
)

const envelopeOf = (wire: typeof Person.Type): Envelope => ({
  id: wire.id,
  botId: wire.application_id,
  token: Redacted.make(wire.token),
  userId: ("member" in wire ? wire.member.user : wire.user).id,
  guildId: Option.fromNullable(wire.guild_id),
  channelId: Option.fromNullable(wire.channel_id),
  locale: Option.fromNullable(wire.locale)
})

/** An option, or what holds some: a subcommand, or a group of them. */
interface Node extends Schema.Schema.Type<typeof Leaf> {
  readonly options?: ReadonlyArray<Node> | undefined
}

/** The names of group and subcommand, where there are any, and the options proper. */
const unfolded = (
  options: ReadonlyArray<Node>,
  path: ReadonlyArray<string> = []
): { readonly path: ReadonlyArray<string>; readonly leaves: ReadonlyArray<Node> } => {
  const holder = options.find(({ type }) => type === optionType.subcommand || type === optionType.group)
  return holder === undefined
    ? { path, leaves: options }
    : unfolded(holder.options ?? [], [...path, holder.name])
}

const leavesOf = (data: typeof CommandData.Type) => unfolded(data.options ?? []).leaves

const optionType = { subcommand: 1, group: 2 }

const commandOf = (data: typeof CommandData.Type): Command => {
  const { leaves, path } = unfolded(data.options ?? [])
  return {
    name: data.name,
    subcommand: path.length === 0 ? Option.none() : Option.some(path.join(" ")),
    options: new Map(
      leaves.flatMap(({ name, value }) => (value === undefined ? [] : [[name, String(value)] as const]))
    )
  }
}
