import { DateTime, Effect, Option } from "effect"
import { markdownOf } from "../../../src/adapters/discord/markdown.ts"
import { InteractionId } from "../../../src/domain/Ids.ts"
import type { UserId } from "../../../src/domain/Ids.ts"
import type { Screen } from "../../../src/domain/Screen.ts"
import type { Conversation, Pressed } from "../../../src/programs/features/Conversation.ts"
import { en } from "../../../src/words/en.ts"

/** What a person was shown, in order. */
export interface Showing {
  readonly way: "replace" | "edit" | "add" | "attach"
  /** Every text of the screen, one a line. */
  readonly text: string
  readonly screen: Screen
}

/** A conversation on no platform at all: it keeps what it shows. Work for afterwards runs at once. */
export const recordingConversation = (
  userId: UserId,
  {
    pressed = Option.none(),
    ...given
  }: { readonly pressed?: Option.Option<Pressed>; readonly askedAt?: DateTime.Utc } = {}
) => {
  const shown: Array<Showing> = []
  const show = (way: Showing["way"], screen: Screen) =>
    Effect.sync(() => {
      shown.push({ way, text: textOf(screen), screen })
    })
  const conversation: Conversation = {
    id: InteractionId.make("1200000000000000001"),
    userId,
    words: en,
    communityId: Option.none(),
    channelId: Option.none(),
    askedAt: given.askedAt ?? DateTime.unsafeMake("2026-01-01T00:00:00Z"),
    pressed,
    replace: ({ screen }) => show("replace", screen),
    edit: first => Effect.as(show("edit", first.screen), first),
    add: screen => show("add", screen),
    attach: screen => show("attach", screen),
    largestFile: 9 * 1024 * 1024,
    afterwards: work => work
  }
  return { conversation, shown, text: () => shown.map(({ text }) => text).join("\n") }
}

/** Every text of a screen, one a line. */
export const textOf = ({ actions, headline, lines, mark, title }: Screen): string =>
  [
    ...Option.toArray(headline),
    ...Option.toArray(title),
    ...lines.map(line =>
      line._tag === "Sentence" ? markdownOf(line.text) : `${line.label}: ${markdownOf(line.value)}`
    ),
    ...actions.map(({ label }) => `[${label}]`),
    ...Option.toArray(Option.map(mark, ({ text }) => text))
  ].join("\n")
