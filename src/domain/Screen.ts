/** A message as a person sees it, on whatever platform: what it says, and what can be done about it. */
import { Data, Option } from "effect"
import type { Action } from "./Action.ts"
import type { RequestKey, UserId } from "./Ids.ts"
import type { Text } from "./Text.ts"

export interface Screen {
  /** Above the title: what has become of it. */
  readonly headline: Option.Option<string>
  readonly title: Option.Option<string>
  readonly tone: Tone
  readonly lines: ReadonlyArray<Line>
  readonly actions: ReadonlyArray<Offer>
  readonly mark: Option.Option<Mark>
  /** The person who is mentioned, in a place where others read along. */
  readonly pings: Option.Option<UserId>
}

export type Tone = "mochi" | "done" | "refused" | "quiet" | "warning"

export type Line = Data.TaggedEnum<{
  Sentence: { readonly text: Text }
  Fact: {
    readonly label: string
    readonly value: Text
    /** Short facts may stand side by side. */
    readonly isShort: boolean
    /** It goes first if there is no room for everything. */
    readonly mayGo: boolean
  }
}>
export const Line = Data.taggedEnum<Line>()

/** What the reader can press. */
export type Offer = Data.TaggedEnum<{
  Press: {
    readonly label: string
    readonly action: Action
    readonly weight: "good" | "grave" | "main" | "plain"
  }
  Link: { readonly label: string; readonly url: string }
}>
export const Offer = Data.taggedEnum<Offer>()

/** The last line, by which a message is found again. */
export type Mark = Data.TaggedEnum<{
  Request: { readonly key: RequestKey; readonly text: string }
  Plain: { readonly text: string }
}>
export const Mark = Data.taggedEnum<Mark>()

/** A screen of these parts; the others are empty. */
export const screen = (
  parts: { readonly tone: Tone; readonly lines: ReadonlyArray<Line> } & Partial<Screen>
): Screen => ({
  headline: Option.none(),
  title: Option.none(),
  actions: [],
  mark: Option.none(),
  pings: Option.none(),
  ...parts
})

export const sentence = (text: Text): Line => Line.Sentence({ text })

export const fact = (label: string, value: Text): Line =>
  Line.Fact({ label, value, isShort: false, mayGo: false })

export const shortFact = (label: string, value: Text): Line =>
  Line.Fact({ label, value, isShort: true, mayGo: false })

/** The first answer to an interaction, given at once. */
export type FirstAnswer = Data.TaggedEnum<{
  /** The platform itself asks whether anybody is there. */
  Pong: {}
  /** "… is thinking", for the person alone; an answer follows. */
  Thinking: {}
  /** The message with the pressed button stays as it is for now. */
  Unchanged: {}
  /** The whole answer, for the person alone. */
  Answer: { readonly screen: Screen }
  Suggestions: { readonly choices: ReadonlyArray<Choice> }
}>
export const FirstAnswer = Data.taggedEnum<FirstAnswer>()

/** One row of a list that is offered while somebody types. */
export interface Choice {
  readonly label: string
  readonly value: string
}
