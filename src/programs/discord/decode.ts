/** Discord's interactions, as far as this bot understands them. */
import { Data, Either, Option, ParseResult, Predicate, Redacted, Schema } from "effect"
import type { DateTime } from "effect"
import { ephemeral } from "../../adapters/discord/callbacks.ts"
import { parseCustomId } from "../../adapters/discord/customId.ts"
import { madeAt } from "../../adapters/discord/snowflake.ts"
import type { Action } from "../../domain/Action.ts"
import { BotId, ChannelId, CommunityId, InteractionId, MessageId, UserId } from "../../domain/Ids.ts"
import { Line, Mark, screen } from "../../domain/Screen.ts"
import type { Screen } from "../../domain/Screen.ts"
import { Piece } from "../../domain/Text.ts"
import type { AnswerAddress } from "../../ports/Messenger.ts"
import type { Pressed } from "../features/Conversation.ts"
import type { CommandInput } from "../features/Feature.ts"

/** What every interaction has. */
export interface Envelope extends AnswerAddress {
  readonly userId: UserId
  readonly communityId: Option.Option<CommunityId>
  readonly channelId: Option.Option<ChannelId>
  readonly locale: Option.Option<string>
  readonly askedAt: DateTime.Utc
}

export interface Command extends CommandInput {
  readonly name: string
}

export type Interaction = Data.TaggedEnum<{
  Ping: {}
  Run: { readonly envelope: Envelope; readonly command: Command }
  Autocomplete: { readonly envelope: Envelope; readonly command: Command; readonly focused: string }
  /** `action`: none if the button is not ours. */
  Press: { readonly envelope: Envelope; readonly action: Option.Option<Action>; readonly pressed: Pressed }
  /** A kind of interaction that this bot has no use for. */
  Other: { readonly envelope: Envelope }
}>
export const Interaction = Data.taggedEnum<Interaction>()

/** The places at which an interaction does not decode: the whole error would repeat what was received, its token too. */
export const faultyPlaces = (error: ParseResult.ParseError): string =>
  ParseResult.ArrayFormatter.formatErrorSync(error)
    .map(({ path }) => path.join("."))
    .join(", ")

/**
 * Discord's JSON; left only if there is nobody to answer. An interaction needs its id, its token and a person: every other
 * part is absent if Discord sends it in a form that this bot does not know.
 */
export const decodeInteraction = (raw: unknown): Either.Either<Interaction, ParseResult.ParseError> =>
  Either.gen(function* () {
    const { type } = yield* decodeWire(raw)
    if (type === 1) return Interaction.Ping()
    const envelope = envelopeOf(yield* decodePerson(raw))
    if (type === 2) {
      const { data } = yield* decodeCommand(raw)
      return Interaction.Run({ envelope, command: commandOf(data) })
    }
    if (type === 4) {
      const { data } = yield* decodeCommand(raw)
      const focused = unfold(data?.options).leaves.find(option => option.focused === true)?.name ?? ""
      return Interaction.Autocomplete({ envelope, command: commandOf(data), focused })
    }
    if (type === 3) {
      const { data, message } = yield* decodePress(raw)
      return Interaction.Press({
        envelope,
        action: parseCustomId(data?.custom_id ?? ""),
        pressed: pressedOf(envelope, message)
      })
    }
    return Interaction.Other({ envelope })
  })

/** Absent if it does not decode. */
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
  application_id: Perhaps(BotId),
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

const PressedMessage = Schema.Struct({
  id: Perhaps(MessageId),
  channel_id: Perhaps(ChannelId),
  flags: Perhaps(Schema.Number),
  embeds: PerhapsMany(Embed)
})

const decodeWire = Schema.decodeUnknownEither(Schema.Struct({ type: Perhaps(Schema.Number) }))
const decodePerson = Schema.decodeUnknownEither(Person)
const decodeCommand = Schema.decodeUnknownEither(Schema.Struct({ data: Perhaps(CommandData) }))
const decodePress = Schema.decodeUnknownEither(
  Schema.Struct({
    data: Perhaps(Schema.Struct({ custom_id: Perhaps(Schema.String) })),
    message: Perhaps(PressedMessage)
  })
)

const envelopeOf = (wire: typeof Person.Type): Envelope => ({
  id: wire.id,
  bot: Option.fromNullable(wire.application_id),
  token: Redacted.make(wire.token),
  userId: ("member" in wire ? wire.member.user : wire.user).id,
  communityId: Option.fromNullable(wire.guild_id),
  channelId: Option.fromNullable(wire.channel_id),
  locale: Option.fromNullable(wire.locale),
  askedAt: madeAt(wire.id)
})

const pressedOf = ({ channelId }: Envelope, message: typeof PressedMessage.Type | undefined): Pressed => {
  const id = Option.fromNullable(message?.id)
  const isPrivate = ((message?.flags ?? 0) & ephemeral) !== 0
  return {
    place: isPrivate
      ? Option.none()
      : Option.all({
          channelId: Option.orElse(Option.fromNullable(message?.channel_id), () => channelId),
          messageId: id
        }),
    postedAt: Option.map(id, madeAt),
    screen: Option.map(Option.fromNullable(message?.embeds?.[0]), screenOf)
  }
}

/** A message's embed, of which this bot knows no more than what Discord shows. */
const screenOf = ({ description, fields, footer, title }: typeof Embed.Type): Screen =>
  screen({
    title: Option.fromNullable(title),
    tone: "mochi",
    lines: [
      ...(description === undefined
        ? []
        : [Line.Sentence({ text: [Piece.AsShown({ markup: description })] })]),
      ...(fields ?? []).filter(Predicate.isNotUndefined).map(({ inline, name, value }) =>
        Line.Fact({
          label: name,
          value: [Piece.AsShown({ markup: value })],
          isShort: inline ?? false,
          mayGo: false
        })
      )
    ],
    mark: Option.map(Option.fromNullable(footer), ({ text }) => Mark.Plain({ text }))
  })

/** An option, or what holds some: a subcommand, or a group of them. */
interface Node extends Schema.Schema.Type<typeof Leaf> {
  readonly options?: ReadonlyArray<Node | undefined> | undefined
}

/** The names of group and subcommand, if there are any, and the options proper. */
const unfold = (
  options: Node["options"],
  path: ReadonlyArray<string> = []
): { readonly path: ReadonlyArray<string>; readonly leaves: ReadonlyArray<Node> } => {
  const leaves = (options ?? []).filter(Predicate.isNotUndefined)
  const holder = leaves.find(({ type }) => type === optionType.subcommand || type === optionType.group)
  return holder === undefined ? { path, leaves } : unfold(holder.options, [...path, holder.name])
}

const optionType = { subcommand: 1, group: 2 }

const commandOf = (data: typeof CommandData.Type | undefined): Command => {
  const { leaves, path } = unfold(data?.options)
  const users = Object.entries(data?.resolved?.users ?? {})
  return {
    bots: new Set(users.flatMap(([id, user]) => (user?.bot === true ? [id] : []))),
    name: data?.name ?? "",
    subcommand: path.length === 0 ? Option.none() : Option.some(path.join(" ")),
    options: new Map(
      leaves.flatMap(({ name, value }) => (value === undefined ? [] : [[name, String(value)] as const]))
    )
  }
}
