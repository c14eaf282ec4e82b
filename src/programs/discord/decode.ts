import { Data, Either, Option, ParseResult, Predicate, Redacted, Schema } from "effect"
import { ChannelId, UserId, CommunityId, InteractionId, MessageId } from "../../domain/Ids.ts"

/** What every interaction has. */
export interface Envelope {
  readonly id: InteractionId
  /** Discord's id of this bot, which follow-ups are addressed to; Discord can be asked for one that is missing. */
  readonly botId: string | undefined
  readonly token: Redacted.Redacted
  readonly userId: UserId
  readonly communityId: Option.Option<CommunityId>
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
  readonly id: Option.Option<MessageId>
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

/** Where an interaction does not decode: the whole error would repeat what was received, its token included. */
export const faultyPlaces = (error: ParseResult.ParseError): string =>
  ParseResult.ArrayFormatter.formatErrorSync(error)
    .map(({ path }) => path.join("."))
    .join(", ")

/**
 * Discord's JSON; left only where there is nobody to answer. An interaction needs its id, its token and a person: all
 * else is absent where Discord sends it in a form that is not known here.
 */
export const decodeInteraction = (raw: unknown): Either.Either<Interaction, ParseResult.ParseError> =>
  Either.gen(function* () {
    const { type } = yield* decodeWire(raw)
    if (type === 1) return Interaction.Ping()
    const envelope = envelopeOf(yield* decodePerson(raw))
    if (type === 2) {
      const { data } = yield* decodeCommand(raw)
      const users = Object.entries(data?.resolved?.users ?? {})
      const bots = new Set(users.flatMap(([id, user]) => (user?.bot === true ? [id] : [])))
      return Interaction.Run({ envelope, command: commandOf(data), bots })
    }
    if (type === 4) {
      const { data } = yield* decodeCommand(raw)
      const focused = unfolded(data?.options).leaves.find(option => option.focused === true)?.name ?? ""
      return Interaction.Autocomplete({ envelope, command: commandOf(data), focused })
    }
    if (type === 3) {
      const { data, message } = yield* decodePress(raw)
      return Interaction.Press({
        envelope,
        customId: data?.custom_id ?? "",
        message: {
          id: Option.fromNullable(message?.id),
          channelId: Option.fromNullable(message?.channel_id),
          isEphemeral: ((message?.flags ?? 0) & ephemeral) !== 0,
          embed: Option.fromNullable(message?.embeds?.[0])
        }
      })
    }
    return Interaction.Other({ envelope })
  })

/** The flag of answers that only one person sees. */
export const ephemeral = 64

/** Absent where it does not decode. */
const Lenient = <A, I>(schema: Schema.Schema<A, I>) =>
  Schema.UndefinedOr(schema).annotations({ decodingFallback: () => Either.right(undefined) })

const Perhaps = <A, I>(schema: Schema.Schema<A, I>) => Schema.optional(Lenient(schema))

const PerhapsMany = <A, I>(schema: Schema.Schema<A, I>) => Perhaps(Schema.Array(Lenient(schema)))

const User = Schema.Struct({ id: UserId })

const Sender = Schema.Union(
  Schema.Struct({ member: Schema.Struct({ user: User }) }),
  Schema.Struct({ user: User })
)

const Person = Schema.Struct({
  id: InteractionId,
  application_id: Perhaps(Schema.String.pipe(Schema.pattern(/^\d{1,20}$/))),
  token: Schema.NonEmptyString,
  guild_id: Perhaps(CommunityId),
  channel_id: Perhaps(ChannelId),
  locale: Perhaps(Schema.String)
}).pipe(Schema.extend(Sender))

const Leaf = Schema.Struct({
  name: Schema.String,
  type: Perhaps(Schema.Number),
  value: Perhaps(Schema.Union(Schema.String, Schema.Number, Schema.Boolean)),
  focused: Perhaps(Schema.Boolean)
})

const Branch = Schema.Struct({ ...Leaf.fields, options: PerhapsMany(Leaf) })

const CommandData = Schema.Struct({
  name: Perhaps(Schema.String),
  options: PerhapsMany(Schema.Struct({ ...Leaf.fields, options: PerhapsMany(Branch) })),
  resolved: Perhaps(
    Schema.Struct({
      users: Perhaps(
        Schema.Record({
          key: Schema.String,
          value: Lenient(Schema.Struct({ bot: Perhaps(Schema.Boolean) }))
        })
      )
    })
  )
})

const Embed = Schema.Struct({
  title: Perhaps(Schema.String),
  description: Perhaps(Schema.String),
  footer: Perhaps(Schema.Struct({ text: Schema.String })),
  fields: PerhapsMany(
    Schema.Struct({ name: Schema.String, value: Schema.String, inline: Perhaps(Schema.Boolean) })
  )
})

const decodeWire = Schema.decodeUnknownEither(Schema.Struct({ type: Perhaps(Schema.Number) }))
const decodePerson = Schema.decodeUnknownEither(Person)
const decodeCommand = Schema.decodeUnknownEither(Schema.Struct({ data: Perhaps(CommandData) }))
const decodePress = Schema.decodeUnknownEither(
  Schema.Struct({
    data: Perhaps(Schema.Struct({ custom_id: Perhaps(Schema.String) })),
    message: Perhaps(
      Schema.Struct({
        id: Perhaps(MessageId),
        channel_id: Perhaps(ChannelId),
        flags: Perhaps(Schema.Number),
        embeds: PerhapsMany(Embed)
      })
    )
  })
)

const envelopeOf = (wire: typeof Person.Type): Envelope => ({
  id: wire.id,
  botId: wire.application_id,
  token: Redacted.make(wire.token),
  userId: ("member" in wire ? wire.member.user : wire.user).id,
  communityId: Option.fromNullable(wire.guild_id),
  channelId: Option.fromNullable(wire.channel_id),
  locale: Option.fromNullable(wire.locale)
})

/** An option, or what holds some: a subcommand, or a group of them. */
interface Node extends Schema.Schema.Type<typeof Leaf> {
  readonly options?: ReadonlyArray<Node | undefined> | undefined
}

/** The names of group and subcommand, where there are any, and the options proper. */
const unfolded = (
  options: Node["options"],
  path: ReadonlyArray<string> = []
): { readonly path: ReadonlyArray<string>; readonly leaves: ReadonlyArray<Node> } => {
  const leaves = (options ?? []).filter(Predicate.isNotUndefined)
  const holder = leaves.find(({ type }) => type === optionType.subcommand || type === optionType.group)
  return holder === undefined ? { path, leaves } : unfolded(holder.options, [...path, holder.name])
}

const optionType = { subcommand: 1, group: 2 }

const commandOf = (data: typeof CommandData.Type | undefined): Command => {
  const { leaves, path } = unfolded(data?.options)
  return {
    name: data?.name ?? "",
    subcommand: path.length === 0 ? Option.none() : Option.some(path.join(" ")),
    options: new Map(
      leaves.flatMap(({ name, value }) => (value === undefined ? [] : [[name, String(value)] as const]))
    )
  }
}
