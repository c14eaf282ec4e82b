import { Duration, Effect, Option, Schema } from "effect"
import type { ParseResult } from "effect"
import { ApplicationId, ChannelId, BotId, InteractionId, MessageId, RequestCode } from "../../domain/Ids.ts"
import { Audience } from "../../domain/Notification.ts"
import { RequestStatus } from "../../domain/RequestStatus.ts"
import { nobody } from "../../domain/TransferRequest.ts"
import type { TransferRequest } from "../../domain/TransferRequest.ts"
import type { LiveAnswer, Shown, StoredShown } from "../../ports/TransferRequests.ts"
import { userId, instant, optionalText, profileId, text } from "./columns.ts"
import { decodeFacts, encodeFacts, erasedColumns, erasedMark, factsColumns, noFacts } from "./factsColumns.ts"

const KeyColumns = Schema.Struct({ application_id: text(ApplicationId), code: text(RequestCode) })

export const encodeKey = ({ applicationId, code }: TransferRequest["key"]) =>
  Schema.encode(KeyColumns)({ application_id: applicationId, code })

const RequestColumns = Schema.Struct({
  ...KeyColumns.fields,
  status: RequestStatus,
  settled_by_profile_id: profileId,
  settled_by_discord_id: userId,
  settled_at: Schema.OptionFromNullOr(instant),
  interaction_id: optionalText(InteractionId),
  origin: optionalText(Schema.String)
})

/** All that `decodeRequests` reads. */
export const requestColumns: ReadonlyArray<string> = [...Object.keys(RequestColumns.fields), ...factsColumns]

export const encodeRequest = (request: TransferRequest) =>
  Effect.gen(function* () {
    const by = Option.match(request.settlement, { onNone: () => nobody, onSome: settlement => settlement.by })
    const columns = yield* Schema.encode(RequestColumns)({
      application_id: request.key.applicationId,
      code: request.key.code,
      status: request.status,
      settled_by_profile_id: by.profileId,
      settled_by_discord_id: by.userId,
      settled_at: Option.map(request.settlement, ({ at }) => at),
      interaction_id: request.interactionId,
      origin: request.origin
    })
    const facts = yield* Effect.transposeMapOption(request.facts, encodeFacts)
    return { ...columns, ...erasedColumns("settled_by", by), ...Option.getOrElse(facts, () => noFacts) }
  })

export const decodeRequests = (
  rows: ReadonlyArray<unknown>
): Effect.Effect<ReadonlyArray<TransferRequest>, ParseResult.ParseError> =>
  Effect.forEach(rows, row =>
    Effect.gen(function* () {
      const columns = yield* Schema.decodeUnknown(RequestColumns)(row)
      const { application_name } = yield* decodeFactsPresence(row)
      return {
        key: { applicationId: columns.application_id, code: columns.code },
        status: columns.status,
        facts: application_name === null ? Option.none() : Option.some(yield* decodeFacts(row)),
        settlement: Option.map(columns.settled_at, at => ({
          by: {
            profileId: columns.settled_by_profile_id,
            userId: columns.settled_by_discord_id,
            ...erasedMark(row, "settled_by")
          },
          at
        })),
        interactionId: columns.interaction_id,
        origin: columns.origin
      }
    })
  )

const decodeFactsPresence = Schema.decodeUnknown(
  Schema.Struct({ application_name: Schema.NullOr(Schema.String) })
)

const ShownColumns = Schema.Struct({
  channel_id: text(ChannelId),
  message_id: optionalText(MessageId),
  place: Schema.Literal("dm", "channel"),
  status: RequestStatus,
  is_outdated: Schema.Boolean,
  discord_application_id: optionalText(BotId)
})

export const shownColumns: ReadonlyArray<string> = Object.keys(ShownColumns.fields)

const StoredShownColumns = Schema.Struct({ ...ShownColumns.fields, age: Schema.Number })

export const encodeShown = (shown: Shown) =>
  Schema.encode(ShownColumns)({
    channel_id: shown.channelId,
    message_id: shown.messageId,
    place: shown.place,
    status: shown.status,
    is_outdated: shown.isOutdated,
    discord_application_id: shown.bot
  })

export const decodeShown = (
  rows: ReadonlyArray<unknown>
): Effect.Effect<ReadonlyArray<StoredShown>, ParseResult.ParseError> =>
  Effect.map(Schema.decodeUnknown(Schema.Array(StoredShownColumns))(rows), decoded =>
    decoded.map(row => ({
      channelId: row.channel_id,
      messageId: row.message_id,
      place: row.place,
      status: row.status,
      isOutdated: row.is_outdated,
      bot: row.discord_application_id,
      age: Duration.seconds(row.age)
    }))
  )

const LiveAnswerColumns = Schema.Struct({
  interaction_id: text(InteractionId),
  view: Schema.Literal("kudos", ...Audience.literals)
})

export const encodeLiveAnswer = (answer: LiveAnswer) =>
  Schema.encode(LiveAnswerColumns)({ interaction_id: answer.interactionId, view: answer.view })

export const decodeLiveAnswers = (
  rows: ReadonlyArray<unknown>
): Effect.Effect<ReadonlyArray<LiveAnswer>, ParseResult.ParseError> =>
  Effect.map(Schema.decodeUnknown(Schema.Array(LiveAnswerColumns))(rows), decoded =>
    decoded.map(row => ({ interactionId: row.interaction_id, view: row.view }))
  )
