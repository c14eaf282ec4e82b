import { GatewayFatal } from "../../ports/GatewayConnection.ts"

/** What to do after a close code. */
type CloseMeaning =
  | { readonly _tag: "Fatal"; readonly error: GatewayFatal }
  | { readonly _tag: "Reshard" }
  | { readonly _tag: "Reconnect" }

/** Discord's code for an unknown sequence: the only close that invalidates the session. */
export const INVALID_SEQUENCE = 4007

/** Any code but 1000 and 1001 makes Discord keep the session. */
export const KEEP_SESSION = 4200

export const meaningOf = (code: number): CloseMeaning => {
  if (code === 4011) return { _tag: "Reshard" }
  const reason = fatalReasons.get(code)
  return reason === undefined
    ? { _tag: "Reconnect" }
    : { _tag: "Fatal", error: new GatewayFatal({ code, reason }) }
}

export const tokenRefused = () =>
  new GatewayFatal({ code: 401, reason: "the bot token is rejected, check DISCORD_BOT_TOKEN" })

const fatalReasons = new Map([
  [4004, "the bot token is rejected, check DISCORD_BOT_TOKEN"],
  [4010, "it does not accept the shard"],
  [4012, "it no longer supports this version of its gateway"],
  [4013, "the intents are invalid"],
  [4014, "the intents are not granted to this application"]
])
