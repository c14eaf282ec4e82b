import { Effect, Layer, Option } from "effect"
import { screen, sentence } from "../../../src/domain/Screen.ts"
import { still } from "../../../src/programs/features/Conversation.ts"
import type { Errand } from "../../../src/programs/features/Feature.ts"
import { Features } from "../../../src/programs/features/features.ts"
import { InteractionEnd } from "../../../src/programs/features/InteractionEnd.ts"

export const echo = { name: "echo" }

const answer = screen({ tone: "mochi", lines: [sentence(["an answer"])] })

/** The command `echo`, what it suggests, and all buttons of ours, which ask for the same. */
export const echoing = (events: Array<string>) => {
  const echo = (acknowledged: Errand["acknowledged"]): Errand => ({
    name: "echo",
    acknowledged,
    limit: "button",
    isRecovered: false,
    deed: Option.none(),
    run: ({ add, id, replace }) =>
      Effect.sync(() => events.push(`runs ${id}`)).pipe(
        Effect.zipRight(acknowledged === "thinking" ? replace(still(answer)) : add(answer)),
        Effect.as(InteractionEnd.Success())
      )
  })
  const suggestions = (typed = "nothing") => ({
    choices: [{ label: `typed ${typed}`, value: "1" }],
    end: InteractionEnd.Success()
  })
  return Layer.succeed(
    Features,
    Features.make({
      commands: new Map([
        [
          "echo",
          {
            errand: () => echo("thinking"),
            suggest: (_, { options }, focused) => Effect.succeed(suggestions(options.get(focused)))
          }
        ]
      ]),
      press: () => echo("unchanged")
    })
  )
}
