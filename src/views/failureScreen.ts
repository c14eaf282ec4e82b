import { Option } from "effect"
import type { TraceId } from "../domain/Ids.ts"
import { Mark, Offer, screen, sentence } from "../domain/Screen.ts"
import type { Screen } from "../domain/Screen.ts"
import type { Text } from "../domain/Text.ts"
import type { Words } from "../words/Words.ts"

/** An answer that says what is wrong, with the reference by which an engineer finds the trace. */
export const failureScreen = (
  { failure: words }: Words,
  failure: {
    readonly sentence: Text
    /** Nothing is broken: the person can fix it. */
    readonly isRefusal: boolean
    /** Where the person can fix it. */
    readonly link: Option.Option<{ readonly label: string; readonly url: string }>
    readonly reference: Option.Option<TraceId>
  }
): Screen =>
  screen({
    tone: failure.isRefusal ? "warning" : "refused",
    lines: [sentence(failure.sentence)],
    actions: Option.toArray(Option.map(failure.link, link => Offer.Link(link))),
    mark: Option.map(failure.reference, id => Mark.Plain({ text: words.reference(id) }))
  })
