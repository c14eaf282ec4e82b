import { Schema } from "effect"

/** What the fake Mochi answers instead of doing as asked. `reason` is the text of its `error` or `message`. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", {
  status: Schema.Number,
  reason: Schema.String
}) {
  override get message(): string {
    return `${this.status}: ${this.reason}`
  }
}
