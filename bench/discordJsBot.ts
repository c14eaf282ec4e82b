/**
 * The service's work as one would write it with discord.js 14 and fetch: no database, no retries, no
 * telemetry, one log line per interaction. The bench compares the service's figures with those of this bot.
 */
import {
  ActionRowBuilder,
  ApplicationCommandOptionType,
  ButtonBuilder,
  Client,
  EmbedBuilder,
  Events,
  GatewayIntentBits,
  MessageFlags
} from "discord.js"
import type {
  AutocompleteInteraction,
  ButtonInteraction,
  ChatInputCommandInteraction,
  SendableChannels
} from "discord.js"
import { bearer, list, mochi, part, profileOf, signed } from "./discordJsMochi.ts"
import type { Balance, Listed, Vault } from "./discordJsMochi.ts"
import { setting } from "./setting.ts"

const complete = async (interaction: AutocompleteInteraction) => {
  const { name, value } = interaction.options.getFocused(true)
  const { id } = await profileOf(interaction.user.id)
  const application = part(interaction.options.getString("application") ?? "")
  const vault = part(interaction.options.getString("vault") ?? "")
  const applications = `/profiles/${part(id)}/applications`
  const own = await list<Listed>(applications)
  const offer = async (): Promise<ReadonlyArray<{ name: string; value: string }>> => {
    if (name === "application") return own.map(found => ({ name: found.name, value: String(found.id) }))
    const vaults = await list<Vault>(`${applications}/${application}/vaults`)
    if (name === "vault")
      return vaults.map(found => ({ name: found.name, value: String(found.vault_profile_id) }))
    const balances = await list<Balance>(`${applications}/${application}/vaults/${vault}/balances`)
    return balances.map(({ amount, token }) => ({
      name: `${token.symbol} · ${decimal(BigInt(amount), token.decimal)}`,
      value: String(token.id)
    }))
  }
  const typed = value.toLowerCase()
  const found = (await offer()).filter(choice => choice.name.toLowerCase().includes(typed))
  await interaction.respond(found.slice(0, 25))
}

const run = async (interaction: ChatInputCommandInteraction) => {
  await interaction.deferReply({ flags: MessageFlags.Ephemeral })
  const { options, user } = interaction
  const recipient = options.getUser("recipient", true)
  const reason = options.getString("reason")
  const sender = await profileOf(user.id)
  const applications = `/profiles/${part(sender.id)}/applications`
  const own = await list<Listed>(applications)
  const application = own.find(({ id }) => String(id) === options.getString("application", true))
  if (application === undefined) throw new Error("no such application")
  const vaults = await list<Vault>(`${applications}/${part(application.id)}/vaults`)
  const vault = vaults.find(found => String(found.vault_profile_id) === options.getString("vault", true))
  if (vault === undefined) throw new Error("no such vault")
  const path = `${applications}/${part(application.id)}/vaults/${part(vault.vault_profile_id)}`
  const balances = await list<Balance>(`${path}/balances`)
  const balance = balances.find(({ token }) => String(token.id) === options.getString("token", true))
  if (balance === undefined) throw new Error("no such token")
  const { token } = balance
  const [whole = "", fraction = ""] = options.getString("amount", true).split(".")
  const amount = BigInt(`${whole}${fraction.padEnd(token.decimal, "0")}`)
  if (amount > BigInt(balance.amount)) throw new Error("over the balance")
  const receiver = await profileOf(recipient.id)
  const response = await fetch(`${mochi}${path}/transfer-requests`, {
    method: "POST",
    headers: { ...bearer, "content-type": "application/json", "idempotency-key": interaction.id },
    body: JSON.stringify({
      recipient_profile_id: receiver.id,
      token_id: token.id,
      token_amount: String(amount),
      ...(reason === null ? {} : { description: reason }),
      requester_metadata: {
        platform: "discord",
        discord_user_id: user.id,
        guild_id: interaction.guildId,
        channel_id: interaction.channelId,
        interaction_id: interaction.id
      }
    }),
    signal: AbortSignal.timeout(10_000)
  })
  await response.json()
  if (!response.ok) throw new Error(`Mochi answered ${response.status}`)
  const embed = new EmbedBuilder()
    .setTitle("Kudos Request Created")
    .setDescription("The application owner will be notified to approve or reject this kudos request.")
    .addFields(
      { name: "Amount", value: `**${decimal(amount, token.decimal)} ${token.symbol}**`, inline: true },
      { name: "Token", value: `${token.symbol} · ${token.chain?.name ?? ""}`, inline: true },
      { name: "Kudos to", value: `${recipient}`, inline: true },
      { name: "From vault", value: `${vault.name} (${application.name})` },
      { name: "Reason", value: reason ?? "—" }
    )
  await interaction.editReply({ embeds: [embed] })
}

const press = async (interaction: ButtonInteraction) => {
  await interaction.deferUpdate()
  const [, decision, code = "", application = ""] =
    /^(approve|reject)-(.+)-(\d+)$/.exec(interaction.customId) ?? []
  const { id } = await profileOf(interaction.user.id)
  const word = decision === "approve" ? "approved" : "rejected"
  const path = `/profiles/${part(id)}/applications/${application}/requests/${part(code)}/${word}`
  const response = await fetch(`${mochi}${path}`, {
    method: "POST",
    headers: { ...bearer, ...signed(), "idempotency-key": `${code}:${word}:${interaction.id}` },
    signal: AbortSignal.timeout(10_000)
  })
  await response.arrayBuffer()
  if (!response.ok) throw new Error(`Mochi answered ${response.status}`)
  const [before] = interaction.message.embeds
  const embed = EmbedBuilder.from(before ?? new EmbedBuilder().toJSON())
    .setAuthor({ name: `Transfer request ${word}` })
    .addFields(
      { name: "Status", value: word, inline: true },
      { name: "Decided by", value: `${interaction.user}`, inline: true }
    )
  await interaction.editReply({ embeds: [embed], components: [] })
}

const decimal = (amount: bigint, decimals: number) => {
  const digits = String(amount).padStart(decimals + 1, "0")
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "")
  return `${digits.slice(0, digits.length - decimals)}${fraction === "" ? "" : `.${fraction}`}`
}

const client = new Client({
  intents: [GatewayIntentBits.Guilds],
  shards: "auto",
  rest: { api: setting("DISCORD_API") }
})

client.on(Events.InteractionCreate, async interaction => {
  const since = performance.now()
  try {
    if (interaction.isAutocomplete()) await complete(interaction)
    else if (interaction.isChatInputCommand()) await run(interaction)
    else if (interaction.isButton()) await press(interaction)
    const duration = Math.round(performance.now() - since)
    console.log(JSON.stringify({ timestamp: new Date(), message: "command_executed", duration }))
  } catch (error) {
    console.error(error)
    if (interaction.isChatInputCommand() && interaction.deferred)
      await interaction.editReply("Something went wrong").catch(console.error)
  }
})

client.once(Events.ClientReady, async ready => {
  const text = (name: string, autocomplete: boolean) =>
    ({
      type: ApplicationCommandOptionType.String,
      name,
      description: name,
      required: true,
      autocomplete
    }) as const
  await ready.application.commands.set([
    {
      name: "kudos",
      description: "Thank somebody with tokens from one of your vaults",
      options: [
        text("application", true),
        text("vault", true),
        text("token", true),
        { ...text("amount", false), autocomplete: false },
        { type: ApplicationCommandOptionType.User, name: "recipient", description: "Whom", required: true },
        { type: ApplicationCommandOptionType.String, name: "reason", description: "What for" }
      ]
    }
  ])
  process.send?.({ answer: "ready" })
})

/** Sends `count` messages round robin to these channels, all at once. */
const sendAll = async (channelIds: ReadonlyArray<string>, count: number) => {
  const channels = channelIds.flatMap(id => {
    const channel = client.channels.cache.get(id)
    return channel?.isSendable() ? [channel] : []
  })
  const row = new ActionRowBuilder<ButtonBuilder>().addComponents(
    new ButtonBuilder({ style: 2, label: "View", custom_id: "view" })
  )
  const start = performance.now()
  await Promise.all(
    Array.from({ length: count }, (_, index) =>
      channelAt(channels, index).send({ content: `<@1> has kudos waiting (${index})`, components: [row] })
    )
  )
  return performance.now() - start
}

const channelAt = (channels: ReadonlyArray<SendableChannels>, index: number): SendableChannels => {
  const channel = channels[index % channels.length]
  if (channel === undefined) throw new Error("the channels are missing")
  return channel
}

process.on(
  "message",
  async (message: { question: string; data?: { channelIds: string[]; count: number } }) => {
    if (message.question !== "send" || message.data === undefined) return
    process.send?.({ answer: "send", value: await sendAll(message.data.channelIds, message.data.count) })
  }
)

await client.login(setting("DISCORD_BOT_TOKEN"))
