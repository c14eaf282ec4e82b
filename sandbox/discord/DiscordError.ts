import { Schema } from "effect"

/** An answer other than success, in Discord's words. */
export class DiscordError extends Schema.TaggedError<DiscordError>("mochi/sandbox/DiscordError")(
  "DiscordError",
  {
    status: Schema.Number,
    code: Schema.Number,
    text: Schema.String,
    /** The nested field errors of 50035. */
    errors: Schema.optionalWith(Schema.Unknown, { exact: true }),
    retryAfterMs: Schema.optionalWith(Schema.Number, { exact: true })
  }
) {
  get body(): Readonly<Record<string, unknown>> {
    return {
      message: this.text,
      ...(this.errors === undefined ? {} : { errors: this.errors }),
      ...(this.retryAfterMs === undefined ? {} : { retry_after: this.retryAfterMs / 1000, global: false }),
      code: this.code
    }
  }
}

const error = (status: number, code: number, text: string) => () => new DiscordError({ status, code, text })

export const unauthorized = error(401, 0, "401: Unauthorized")
export const notFound = error(404, 0, "404: Not Found")
export const methodNotAllowed = error(405, 0, "405: Method Not Allowed")
export const unknownChannel = error(404, 10003, "Unknown Channel")
export const unknownGuild = error(404, 10004, "Unknown Guild")
export const unknownMember = error(404, 10007, "Unknown Member")
export const unknownMessage = error(404, 10008, "Unknown Message")
export const unknownUser = error(404, 10013, "Unknown User")
export const unknownWebhook = error(404, 10015, "Unknown Webhook")
export const unknownInteraction = error(404, 10062, "Unknown interaction")
export const unknownCommand = error(404, 10063, "Unknown application command")
export const unknownApplication = error(404, 10002, "Unknown Application")
export const tooManyCommands = error(400, 30032, "Maximum number of application commands reached (100)")
export const openingDmsTooFast = error(403, 40003, "You are opening direct messages too fast.")
export const tooLarge = error(413, 40005, "Request entity too large")
export const alreadyAcknowledged = error(400, 40060, "Interaction has already been acknowledged.")
export const missingAccess = error(403, 50001, "Missing Access")
export const notYourMessage = error(403, 50005, "Cannot edit a message authored by another user")
export const emptyMessage = error(400, 50006, "Cannot send an empty message")
export const dmsClosed = error(403, 50007, "Cannot send messages to this user")
export const missingPermissions = error(403, 50013, "Missing Permissions")
export const invalidWebhookToken = error(401, 50027, "Invalid Webhook Token")
export const invalidJson = error(400, 50109, "The request body contains invalid JSON.")
export const noMutualGuilds = error(
  403,
  50278,
  "Cannot send messages to this user due to having no mutual guilds"
)

export const tooManyOldEdits = (retryAfterMs: number) =>
  new DiscordError({
    status: 429,
    code: 30046,
    text: "Maximum number of edits to messages older than 1 hour reached. Try again later",
    retryAfterMs
  })

export const invalidForm = (errors: unknown) =>
  new DiscordError({ status: 400, code: 50035, text: "Invalid Form Body", errors })
