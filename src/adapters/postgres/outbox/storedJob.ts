import { Schema } from "effect"
import type { Option } from "effect"
import { ApplicationId, RequestCode } from "../../../domain/Ids.ts"
import { Audience, NotificationId } from "../../../domain/Notification.ts"
import { text } from "../columns.ts"

const RequestKey = Schema.Struct({ applicationId: text(ApplicationId), code: text(RequestCode) })

/** A job as the queue stores it. Every released version has to decode. */
export const StoredJob = Schema.Struct({
  v: Schema.Literal(1),
  job: Schema.Union(
    Schema.TaggedStruct("Deliver", { notification: NotificationId, request: RequestKey, audience: Audience }),
    Schema.TaggedStruct("AskMochi", { request: RequestKey, attempt: Schema.NonNegativeInt })
  ),
  /** Milliseconds from storing the job until a worker may first take it. */
  after: Schema.NonNegativeInt,
  failures: Schema.optionalWith(Schema.NonNegativeInt, { default: () => 0 }),
  traceparent: Schema.OptionFromNullOr(Schema.String)
})
type StoredJob = typeof StoredJob.Type

export const encode: (stored: StoredJob) => object = Schema.encodeSync(StoredJob)

export const decode: (data: unknown) => Option.Option<StoredJob> = Schema.decodeUnknownOption(StoredJob)
