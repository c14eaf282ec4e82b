/**
 * What people read, on no platform yet: our own words, and between them what comes from outside, each piece with its kind.
 * The adapter that shows a text escapes its pieces, and writes persons and moments as its platform does.
 */
import { Data } from "effect"
import type { UserId } from "./Ids.ts"

export type Piece =
  /** Our own words, which mean what they say. */
  string | MarkedPiece

/** A piece that says what it is. */
export type MarkedPiece = Data.TaggedEnum<{
  /** Somebody's name for something: one line without markup. */
  Name: { readonly raw: string }
  /** An id or a code, of which no character may be lost. */
  Id: { readonly raw: string }
  /** Somebody's own sentences: their lines and links stay. */
  Prose: { readonly raw: string }
  /** A person, as the platform mentions them. */
  Person: { readonly userId: UserId }
  /** A moment, in each reader's own time zone and relative to now. Milliseconds since 1970. */
  Moment: { readonly atMillis: number }
  Strong: { readonly text: Text }
  /** What a person could type, to the letter. */
  Sample: { readonly text: string }
  /** Markup of a message that stands on the platform already. */
  AsShown: { readonly markup: string }
}>

export const Piece = Data.taggedEnum<MarkedPiece>()

export type Text = ReadonlyArray<Piece>

/**
 * A sentence with pieces in it: say`You received ${amount} as kudos.` The words of the template are ours; a piece says what it
 * is, so that nothing from outside stands there as our own words.
 */
export const say = (words: TemplateStringsArray, ...pieces: ReadonlyArray<MarkedPiece | Text>): Text =>
  words.flatMap((word, index) => {
    const piece = pieces[index]
    const following = piece === undefined ? [] : isText(piece) ? piece : [piece]
    return word === "" ? following : [word, ...following]
  })

/** Our own words, or digits: never text from outside. */
export const plain = (text: string): Text => [text]

export const name = (raw: string): MarkedPiece => Piece.Name({ raw })

export const sample = (text: string): MarkedPiece => Piece.Sample({ text })

const isText = (piece: MarkedPiece | Text): piece is Text => Array.isArray(piece)
