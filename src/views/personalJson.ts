import { DateTime } from "effect"

/** An export as the file that a person gets, and as the command line prints it. */
export const personalJson = (data: {
  readonly discordUserId: string
  readonly profileIds: ReadonlyArray<string>
  readonly exportedAt: DateTime.Utc
  readonly stored: Readonly<Record<string, unknown>>
}): string =>
  JSON.stringify(
    {
      discord_user_id: data.discordUserId,
      mochi_profile_ids: data.profileIds,
      exported_at: DateTime.formatIso(data.exportedAt),
      stored: data.stored
    },
    null,
    2
  )
