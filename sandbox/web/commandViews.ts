import type { CommandOption, ValueOption } from "../discord/CommandBody.ts"
import type { Command } from "../discord/Commands.ts"
import type { CommandView, OptionView } from "./wire.ts"

/** The slash commands that a composer offers, with each subcommand as a command of its own. */
export const commandViews = (commands: ReadonlyArray<Command>): ReadonlyArray<CommandView> =>
  commands
    .filter(({ type }) => type === 1)
    .flatMap(({ body }) => {
      const contexts = body.contexts
      const place = {
        name: body.name,
        inGuilds: contexts?.includes(0) ?? true,
        inDms: contexts?.includes(1) ?? body.dm_permission ?? true
      }
      return leaves(body.options ?? [], body.description ?? "", []).map(leaf => ({ ...place, ...leaf }))
    })

type Leaf = Pick<CommandView, "description" | "subcommand" | "options">

const leaves = (
  options: ReadonlyArray<CommandOption>,
  description: string,
  path: ReadonlyArray<string>
): ReadonlyArray<Leaf> => {
  const nested = options.flatMap(option => (option.type === 1 || option.type === 2 ? [option] : []))
  if (nested.length > 0)
    return nested.flatMap(option => leaves(option.options ?? [], option.description, [...path, option.name]))
  const values = options.flatMap(option => (option.type === 1 || option.type === 2 ? [] : [option]))
  return [
    { description, subcommand: path.length === 0 ? null : path.join(" "), options: values.map(optionView) }
  ]
}

const optionView = (option: ValueOption): OptionView => ({
  name: option.name,
  description: option.description,
  kind: kinds[option.type] ?? "other",
  required: option.required === true,
  autocomplete: option.autocomplete === true,
  choices: (option.choices ?? []).map(({ name, value }) => ({ name, value })),
  maxLength: option.max_length ?? null
})

const kinds: Readonly<Record<number, OptionView["kind"]>> = {
  3: "text",
  4: "whole",
  5: "boolean",
  6: "user",
  10: "number"
}
