import { Effect } from "effect"
import { Action } from "../../domain/Action.ts"
import { decide } from "./decide.ts"
import type { ButtonFeature, CommandFeature } from "./Feature.ts"
import { kudos } from "./kudos.ts"
import { erase, privacy } from "./privacy.ts"
import { view } from "./view.ts"

/** The list of commands: a new one is its file, its words, and a name here. */
export const commands = [kudos, privacy]

/** What each button leads to: a new action does not compile until it is here. */
const buttons = { Decide: decide, View: view, Erase: erase } satisfies {
  readonly [Tag in Action["_tag"]]: ButtonFeature<Tag, unknown>
}

/** Everything that people can ask of the bot, ready to run. */
export class Features extends Effect.Service<Features>()("mochi/programs/Features", {
  effect: Effect.gen(function* () {
    const all: ReadonlyArray<CommandFeature<CommandNeeds>> = commands
    const works = yield* Effect.forEach(all, ({ make, name }) =>
      Effect.map(make, work => [name, work] as const)
    )
    return {
      /** By its name. */
      commands: new Map(works),
      press: Action.$match(yield* Effect.all(buttons))
    }
  })
}) {}

type CommandNeeds = Effect.Effect.Context<(typeof commands)[number]["make"]>
