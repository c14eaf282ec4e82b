import { Schema } from "effect"

/** A refusal by the fake Mochi. `reason` is the text of its `error` or `message`. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", {
  status: Schema.Number,
  reason: Schema.String
}) {
  override get message(): string {
    return `${this.status}: ${this.reason}`
  }
}
