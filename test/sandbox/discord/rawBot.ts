import { Effect, Schema } from "effect"
import { WebSocket } from "ws"
import type { FakeDiscordService } from "../../../sandbox/discord/FakeDiscord.ts"

/** What the JSON has at the end of a path of keys and places; undefined if the path leads nowhere. */
type Says = (...path: ReadonlyArray<string | number>) => unknown

const saying =
  (json: unknown): Says =>
  (...path) =>
    path.reduce<unknown>((inner, key) => Object(inner)[key], json)

export interface RawAnswer {
  readonly status: number
  readonly body: unknown
  readonly says: Says
  readonly headers: Headers
}

/** One REST call with the bot's token and nothing clever about it. Rejects when the connection breaks. */
export const call = (
  discord: FakeDiscordService,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {}
) =>
  Effect.tryPromise(async (): Promise<RawAnswer> => {
    const response = await fetch(`${discord.apiBaseUrl}${path}`, {
      method,
      headers: { authorization: `Bot ${discord.token}`, "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    })
    const text = await response.text()
    const answer: unknown = text === "" ? undefined : JSON.parse(text)
    return {
      status: response.status,
      body: answer,
      says: saying(answer),
      headers: response.headers
    }
  })

const decodeFrame = Schema.decodeUnknownSync(
  Schema.parseJson(
    Schema.Struct({
      op: Schema.Int,
      t: Schema.NullOr(Schema.String),
      s: Schema.NullOr(Schema.Int),
      d: Schema.Unknown
    })
  )
)

interface Frame extends ReturnType<typeof decodeFrame> {
  /** Of `d`. */
  readonly says: Says
}

export interface RawSocket {
  readonly send: (op: number, d: unknown) => void
  readonly sendText: (text: string) => void
  /** The first frame, already received or to come, for which this holds. */
  readonly frame: (holds: (frame: Frame) => boolean) => Effect.Effect<Frame>
  readonly frames: ReadonlyArray<Frame>
  readonly closed: Effect.Effect<number>
  readonly close: (code: number) => void
}

export const connect = (discord: FakeDiscordService, url = discord.url.replace(/^http/, "ws")) =>
  Effect.acquireRelease(
    Effect.async<RawSocket & { readonly end: () => void }>(resume => {
      const socket = new WebSocket(`${url}/?v=10&encoding=json`)
      const frames: Array<Frame> = []
      const lookers = new Set<() => void>()
      const closed = new Promise<number>(resolve => socket.on("close", resolve))
      socket.on("error", () => {})
      socket.on("message", raw => {
        const frame = decodeFrame(raw.toString())
        frames.push({ ...frame, says: saying(frame.d) })
        for (const look of lookers) look()
      })
      socket.on("open", () =>
        resume(
          Effect.succeed({
            frames,
            send: (op, d) => socket.send(JSON.stringify({ op, d })),
            sendText: text => socket.send(text),
            frame: holds =>
              Effect.async(done => {
                const look = () => {
                  const found = frames.find(holds)
                  if (!found) return
                  lookers.delete(look)
                  done(Effect.succeed(found))
                }
                lookers.add(look)
                look()
              }),
            closed: Effect.promise(() => closed),
            close: code => socket.close(code),
            end: () => socket.terminate()
          })
        )
      )
    }),
    socket => Effect.sync(socket.end)
  )

export const identify = (discord: FakeDiscordService, more: Readonly<Record<string, unknown>> = {}) => ({
  token: discord.token,
  intents: 0,
  properties: { os: "test" },
  ...more
})
