import { Command, Options } from "@effect/cli"
import { Effect } from "effect"
import { Privacy } from "../../services/Privacy.ts"
import { personalJson } from "../../views/personalJson.ts"
import { confirmed } from "./Operator.ts"
import { failed } from "./CommandEnd.ts"
import * as options from "./options.ts"
import { print, printJson, printPieces, table } from "./output.ts"

/** `Privacy` records both commands itself: an erasure must leave no id behind, not even in the audit log. */
const exportOf = Command.make("export", { id: options.personId, json: options.json }, ({ id }) =>
  Effect.gen(function* () {
    const person = yield* options.decodePerson(id)
    yield* printPieces(personalJson(yield* (yield* Privacy).exportOf(person, "operator")))
  }).pipe(Effect.withSpan("cli privacy_export", { root: true }))
).pipe(Command.withDescription("Print everything that is stored about a person, as JSON"))

const yes = Options.boolean("yes").pipe(Options.withDescription("Erase without asking"))

const erase = Command.make("delete", { id: options.personId, json: options.json, yes }, ({ id, json, yes }) =>
  Effect.gen(function* () {
    const person = yield* options.decodePerson(id)
    if (!yes && !(yield* confirmed(`Erase what is stored about ${person}? It cannot be undone.`)))
      return yield* failed("Nothing was erased")
    const { isComplete, mochiAsked, rows } = yield* (yield* Privacy).erase(person, "operator")
    if (!isComplete)
      yield* Effect.logWarning(
        `${mochiAsked ? "The database" : "Mochi"} did not answer: the erasure is not complete, and a running service completes it`
      )
    if (json)
      return yield* printJson({
        discord_user_id: person,
        erased: rows,
        mochi_asked: mochiAsked,
        complete: isComplete
      })
    const erased = Object.entries(rows).filter(([, number]) => number > 0)
    if (erased.length === 0)
      return yield* print(
        isComplete ? `Nothing was stored about ${person}` : `Nothing about ${person} is erased yet`
      )
    yield* print(
      [
        `Erased ${person}; rows that have to stay keep a keyed hash instead of the id:`,
        table(
          ["TABLE", "ROWS"],
          erased.map(([name, number]) => [name, String(number)])
        )
      ].join("\n")
    )
  }).pipe(Effect.withSpan("cli privacy_delete", { root: true }))
).pipe(
  Command.withDescription(
    "Erase a person; safe to repeat. Asks first at a terminal, unless --yes is given; without a terminal it asks nobody"
  )
)

export const privacy = Command.make("privacy").pipe(
  Command.withDescription("What is stored about a person"),
  Command.withSubcommands([exportOf, erase])
)
