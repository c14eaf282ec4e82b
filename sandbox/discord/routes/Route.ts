import type { Effect } from "effect"
import type { DiscordError } from "../DiscordError.ts"
import type { UploadedFile } from "../MessageBody.ts"
import type { Reply } from "../Recorder.ts"
import type { State } from "../State.ts"

export interface RouteRequest {
  /** A parameter of the route's template; empty when it has none of that name. */
  readonly param: (name: string) => string
  readonly query: Readonly<Record<string, string>>
  readonly body: unknown
  readonly files: ReadonlyArray<UploadedFile>
}

export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  /** As in Discord's OpenAPI document. */
  readonly template: string
  /**
   * bot: needs the bot's token and counts towards its global limit. webhook: the token is in the path. open: anybody.
   */
  readonly access: "bot" | "webhook" | "open"
  readonly handle: (state: State, request: RouteRequest) => Effect.Effect<Reply, DiscordError>
}

export const ok = (body: Reply["body"] & {}): Reply => ({ status: 200, body })
export const noContent: Reply = { status: 204 }
