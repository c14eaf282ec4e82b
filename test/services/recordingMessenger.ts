import { aboutOf } from "../../src/adapters/discord/messengerErrors.ts"
import { Clock, Effect, Layer, Option, Redacted } from "effect"
import { fitsButtons } from "../../src/adapters/discord/customId.ts"
import { BotId, ChannelId, MessageId } from "../../src/domain/Ids.ts"
import type { UserId } from "../../src/domain/Ids.ts"
import type { Notice } from "../../src/domain/Notice.ts"
import type { Screen } from "../../src/domain/Screen.ts"
import { Messenger, MessengerError } from "../../src/ports/Messenger.ts"
import type { MessengerErrorReason } from "../../src/ports/Messenger.ts"
import { textOf } from "../programs/features/recordingConversation.ts"
import { nameOf } from "./cast.ts"

export const bot = BotId.make("1100000000000000001")
export const otherBot = BotId.make("1100000000000000002")

/** Discord knows a message by its nonce for so long, in milliseconds. */
const nonceHolds = 60_000

interface Posted {
  readonly id: MessageId
  readonly channelId: ChannelId
  readonly bot: BotId
  readonly nonce: string
  readonly postedAt: number
  readonly tag: Notice["_tag"]
  /** What it shows now. */
  shows: string
}

/** `no answer`: Discord does what it was asked, and the caller never learns of it. */
type Trouble = MessengerError | "no answer"

export const refusal = (
  reason: MessengerErrorReason,
  code = 0,
  more: { readonly retryAfterMillis?: number; readonly mayHaveHappened?: boolean } = {}
) =>
  new MessengerError({
    reason,
    code,
    retryAfterMillis: Option.fromNullable(more.retryAfterMillis),
    mayHaveHappened: more.mayHaveHappened ?? false
  })

/** Discord as far as a bot can tell. Every call goes to `happened`, as a line such as `post Ada's DM: KudosReceived approved`. */
export const recordingMessenger = (happened: Array<string>) => {
  const places = new Map<ChannelId, string>()
  const messages: Array<Posted> = []
  /** What each interaction's own answer shows, by its token. */
  const answers = new Map<string, string>()

  const discord = {
    bot,
    /** How a call ends, by its line and the time in milliseconds; it may throw, as a bug would. */
    trouble: (_call: string, _now: number): Trouble | undefined => undefined,
    canReadHistory: true,
    messages,
    answers,
    /** What the messages of one place show, in the order in which they were posted. */
    showsIn: (place: string) =>
      messages.filter(({ channelId }) => placeOf(channelId) === place).map(({ shows }) => shows),
    dmOf: (user: UserId) => dmOf(discord.bot, user)
  }

  const placeOf = (channelId: ChannelId) => places.get(channelId) ?? "the channel"

  const dmOf = (of: BotId, user: UserId) => {
    const channelId = ChannelId.make(`${of.slice(-1)}${user.slice(0, 15)}`)
    places.set(channelId, `${nameOf(user)}'s DM`)
    return channelId
  }

  const call = <A>(line: string, work: Effect.Effect<A, MessengerError>) =>
    Effect.flatMap(Clock.currentTimeMillis, (now): Effect.Effect<A, MessengerError> => {
      const trouble = discord.trouble(line, now)
      if (trouble === "no answer") {
        happened.push(`${line}: no answer`)
        return Effect.zipRight(work, Effect.never)
      }
      happened.push(trouble === undefined ? line : `${line}: ${trouble.reason}`)
      if (trouble === undefined) return work
      return trouble.mayHaveHappened ? Effect.zipRight(work, trouble) : trouble
    })

  const answered = (token: Redacted.Redacted, screen: Screen) =>
    Effect.sync(() => {
      answers.set(Redacted.value(token), textOf(screen))
      happened.push(`answer: ${firstLineOf(screen)}`)
    })

  const messenger = Messenger.of({
    about: aboutOf,
    application: Effect.sync(() => discord.bot),
    communities: Effect.succeed(1),
    canOfferButtons: fitsButtons,
    openDm: user =>
      call(
        `open ${nameOf(user)}'s DM`,
        Effect.sync(() => dmOf(discord.bot, user))
      ),
    post: (channelId, notice, nonce) =>
      call(
        `post ${placeOf(channelId)}: ${showing(notice)}`,
        Effect.map(Clock.currentTimeMillis, now => {
          const known = messages.find(
            message =>
              message.channelId === channelId &&
              message.nonce === nonce &&
              now - message.postedAt <= nonceHolds
          )
          if (known !== undefined) return known.id
          const id = MessageId.make(String(500 + messages.length))
          messages.push({
            id,
            channelId,
            bot: discord.bot,
            nonce,
            postedAt: now,
            tag: notice._tag,
            shows: showing(notice)
          })
          return id
        })
      ),
    findPosted: (channelId, notice) =>
      call(
        `look in ${placeOf(channelId)}`,
        Effect.sync(() => {
          if (!discord.canReadHistory) return { _tag: "Unsure" } as const
          const found = messages.findLast(
            message =>
              message.channelId === channelId && message.bot === discord.bot && message.tag === notice._tag
          )
          return found === undefined
            ? ({ _tag: "Absent" } as const)
            : ({ _tag: "Found", messageId: found.id } as const)
        })
      ),
    edit: (channelId, messageId, notice) =>
      call(
        `edit ${placeOf(channelId)}: ${showing(notice)}`,
        Effect.suspend(() => {
          const message = messages.find(({ id }) => id === messageId)
          if (message === undefined) return refusal("Gone", 10_008)
          if (message.bot !== discord.bot) return refusal("Refused", 50_005)
          message.shows = showing(notice)
          return Effect.void
        })
      ),
    editAnswer: (token, notice) =>
      call(
        `edit answer: ${showing(notice)}`,
        Effect.sync(() => void answers.set(Redacted.value(token), showing(notice)))
      ),
    acknowledge: () => Effect.void,
    replaceAnswer: ({ token }, screen) => answered(token, screen),
    addAnswer: (_, screen) => added(screen),
    postAnswer: (_, screen) => added(screen)
  })

  const added = (screen: Screen) => Effect.sync(() => void happened.push(`add: ${firstLineOf(screen)}`))

  return { discord, layer: Layer.succeed(Messenger, messenger) }
}

export const firstLineOf = (screen: Screen): string => textOf(screen).split("\n")[0] ?? ""

const showing = (notice: Notice): string => {
  switch (notice._tag) {
    case "Pointer":
      return `Pointer for ${nameOf(notice.userId)}`
    case "StatusChanged": {
      const { request, status } = notice
      return `StatusChanged ${request.status === status ? status : `${status}, now ${request.status}`}`
    }
    case "ApprovalCard":
    case "KudosAnswer":
    case "KudosReceived":
      return `${notice._tag} ${notice.request.status}`
  }
}
