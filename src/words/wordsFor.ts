import { en } from "./en.ts"
import type { Locale, Words } from "./Words.ts"

/** The words of the reader's language; English if the language is not known, or not among ours. */
export const wordsFor = (_locale: Locale): Words => en

/** The words of every language: the bot finds a message again by its words, in whatever language it was written. */
export const everyWords: ReadonlyArray<Words> = [en]
