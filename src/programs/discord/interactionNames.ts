import { Option } from "effect"
import { ButtonPress, parseCustomId } from "../../domain/customId.ts"

/** What is not ours has one name, so that names stay a closed set. */
export const commandName = (command: string): string =>
  command === "kudos" || command === "privacy" ? command : "other"

export const buttonName = (customId: string): string =>
  Option.match(parseCustomId(customId), {
    onNone: () => "other",
    onSome: ButtonPress.$match({
      Decide: ({ decision }) => (decision === "approved" ? "approve" : "reject"),
      View: () => "view",
      Privacy: () => "privacy"
    })
  })
