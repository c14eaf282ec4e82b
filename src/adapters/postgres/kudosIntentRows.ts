import { Effect, Option, Schema } from "effect"
import type { ParseResult } from "effect"
import { ApplicationId, InteractionId, RequestCode, VaultProfileId } from "../../domain/Ids.ts"
import { factsOf } from "../../domain/Kudos.ts"
import type { KudosDraft } from "../../domain/Kudos.ts"
import type { IntentEnd, StoredIntent } from "../../ports/KudosIntents.ts"
import { instant, optionalText, text } from "./columns.ts"
import { decodeFacts, encodeFacts, factsColumns } from "./factsColumns.ts"

const DraftColumns = Schema.Struct({
  interaction_id: text(InteractionId),
  application_id: text(ApplicationId),
  vault_profile_id: text(VaultProfileId),
  token_name: text(Schema.String),
  origin: optionalText(Schema.String)
})

const IntentColumns = Schema.Struct({
  ...DraftColumns.fields,
  state: Schema.Literal("sending", "created", "not_created", "unknown"),
  request_code: optionalText(RequestCode),
  stored_at: instant
})

export const encodeDraft = (draft: KudosDraft, origin: Option.Option<string>) =>
  Effect.gen(function* () {
    const columns = yield* Schema.encode(DraftColumns)({
      interaction_id: draft.interactionId,
      application_id: draft.application.id,
      vault_profile_id: draft.vault.id,
      token_name: draft.holding.token.name,
      origin
    })
    return { ...columns, ...(yield* encodeFacts(factsOf(draft))) }
  })

export const intentColumns: ReadonlyArray<string> = [...Object.keys(IntentColumns.fields), ...factsColumns]

/** Includes the intents of erased persons: Mochi may have their requests all the same. */
export const decodeIntents = (
  rows: ReadonlyArray<unknown>
): Effect.Effect<ReadonlyArray<StoredIntent>, ParseResult.ParseError> => Effect.forEach(rows, decodeIntent)

const decodeIntent = (row: unknown): Effect.Effect<StoredIntent, ParseResult.ParseError> =>
  Effect.gen(function* () {
    const columns = yield* Schema.decodeUnknown(IntentColumns)(row)
    return {
      interactionId: columns.interaction_id,
      state: columns.state,
      vault: { applicationId: columns.application_id, vaultId: columns.vault_profile_id },
      tokenName: columns.token_name,
      facts: yield* decodeFacts(row),
      storedAt: columns.stored_at,
      code: columns.request_code,
      origin: columns.origin
    }
  })

export const encodeEnd = (end: IntentEnd) =>
  Schema.encode(EndColumns)({
    state: end._tag === "Created" ? "created" : "unknown",
    request_code: end._tag === "Created" ? end.code : Option.none()
  })

const EndColumns = Schema.Struct({
  state: Schema.Literal("created", "unknown"),
  request_code: optionalText(RequestCode)
})
