import { Command } from "@effect/cli"
import { Effect } from "effect"
import { Privacy } from "../../services/Privacy.ts"
import { personalJson } from "../../views/personalJson.ts"
import * as options from "./options.ts"
import { print, printJson, table } from "./output.ts"

/** Both write down what they do themselves: an erasure must leave no id behind, here neither. */
const exportOf = Command.make("export", { id: options.personId, json: options.json }, ({ id }) =>
  Effect.gen(function* () {
    const person = yield* options.decodePerson(id)
    yield* print(personalJson(yield* (yield* Privacy).exportOf(person, "operator")))
  }).pipe(Effect.withSpan("cli privacy_export", { root: true }))
).pipe(Command.withDescription("Print everything that is stored about a person, as JSON"))

const erase = Command.make("delete", { id: options.personId, json: options.json }, ({ id, json }) =>
  Effect.gen(function* () {
    const person = yield* options.decodePerson(id)
    const { mochiAsked, rows } = yield* (yield* Privacy).erase(person, "operator")
    if (!mochiAsked)
      yield* Effect.logWarning("Mochi did not answer: only profiles stored beside the id were erased")
    if (json) return yield* printJson({ discord_user_id: person, erased: rows, mochi_asked: mochiAsked })
    const erased = Object.entries(rows).filter(([, number]) => number > 0)
    if (erased.length === 0) return yield* print(`Nothing was stored about ${person}`)
    yield* print(
      [
        `Erased ${person}; what has to stay keeps no id but a keyed hash:`,
        table(
          ["TABLE", "ROWS"],
          erased.map(([name, number]) => [name, String(number)])
        )
      ].join("\n")
    )
  }).pipe(Effect.withSpan("cli privacy_delete", { root: true }))
).pipe(Command.withDescription("Erase a person; safe to repeat"))

export const privacy = Command.make("privacy").pipe(
  Command.withDescription("What is stored about a person"),
  Command.withSubcommands([exportOf, erase])
)
