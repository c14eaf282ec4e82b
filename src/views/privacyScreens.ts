import { Option } from "effect"
import { Action } from "../domain/Action.ts"
import type { UserId } from "../domain/Ids.ts"
import { Offer, screen, sentence } from "../domain/Screen.ts"
import type { Screen } from "../domain/Screen.ts"
import type { PrivacyWords } from "../words/Words.ts"

export const exported = (words: PrivacyWords): Screen =>
  screen({ title: Option.some(words.exportTitle), tone: "mochi", lines: [sentence(words.exported())] })

export const exportTooLarge = (words: PrivacyWords): Screen =>
  screen({ tone: "warning", lines: [sentence(words.exportTooLarge())] })

export const askBeforeErasing = (words: PrivacyWords, asker: UserId): Screen =>
  screen({
    title: Option.some(words.eraseTitle),
    tone: "warning",
    lines: words.askBeforeErasing().map(sentence),
    actions: [
      Offer.Press({ label: words.erase, action: Action.Erase({ choice: "delete", asker }), weight: "grave" }),
      Offer.Press({ label: words.keep, action: Action.Erase({ choice: "keep", asker }), weight: "plain" })
    ]
  })

export const erased = (words: PrivacyWords): Screen =>
  screen({ title: Option.some(words.erasedTitle), tone: "done", lines: [sentence(words.erased())] })

/** The service has stored what is left to erase, and erases it without the person. */
export const erasedInPart = (words: PrivacyWords): Screen =>
  screen({
    title: Option.some(words.erasedInPartTitle),
    tone: "warning",
    lines: words.erasedInPart().map(sentence)
  })

export const kept = (words: PrivacyWords): Screen =>
  screen({ tone: "quiet", lines: [sentence(words.kept())] })

/** The person pressed `Keep it` after an erasure had begun. */
export const tooLateToKeep = (words: PrivacyWords): Screen =>
  screen({ tone: "warning", lines: [sentence(words.tooLateToKeep())] })

export const notificationsChosen = (words: PrivacyWords, wanted: boolean): Screen =>
  screen({ tone: "done", lines: [sentence(words.notificationsChosen(wanted))] })
