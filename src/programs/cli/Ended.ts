import { Option, Schema } from "effect"

/** How a command ended that did not end well: what the operator reads on stderr, and the exit code. */
export class Ended extends Schema.TaggedError<Ended>()("Ended", {
  /** 1: it failed, or found a difference. 2: it was called wrongly. */
  exitCode: Schema.Literal(1, 2),
  /** None where the answer on stdout said it all. */
  said: Schema.OptionFromSelf(Schema.String)
}) {}

export const failed = (said: string): Ended => new Ended({ exitCode: 1, said: Option.some(said) })

export const wrongUsage = (said: string): Ended => new Ended({ exitCode: 2, said: Option.some(said) })

/** The answer was printed already. */
export const answeredNo: Ended = new Ended({ exitCode: 1, said: Option.none() })
