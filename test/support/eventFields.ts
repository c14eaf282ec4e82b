/** The fields that the service needs to read a webhook's event. */
export const requiredFields = [
  "request_code",
  "app_id",
  "app_name",
  "app_owner_profile_id",
  "user_profile_id",
  "vault_name",
  "token_symbol",
  "token_amount",
  "token_decimal"
] as const

/** The fields that the service takes as absent if it cannot read them. */
export const optionalFields = [
  "status",
  "requester_profile_id",
  "decided_by_profile_id",
  "token_amount_in_usd",
  "chain_name",
  "description",
  "expired_at",
  "requester_metadata"
] as const
