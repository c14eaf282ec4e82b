const text = (name: string, autocomplete: boolean) => ({
  type: 3,
  name,
  description: name,
  required: true,
  autocomplete
})

/** The command as Discord's API takes it. */
export const kudosCommand = {
  name: "kudos",
  description: "Thank somebody with tokens from one of your vaults",
  options: [
    text("application", true),
    text("vault", true),
    text("token", true),
    text("amount", false),
    { type: 6, name: "recipient", description: "Whom", required: true },
    { type: 3, name: "reason", description: "What for" }
  ]
}
