/**
 * The service's work as one would write it with discord.js 14 and fetch: no database, no retries, no telemetry, one log
 * line per interaction.
 */
import {
  ActionRowBuilder,
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
import { kudosCommand } from "./kudosCommand.ts"
import { mochiWork } from "./mochiWork.ts"
import { setting } from "./setting.ts"

const work = mochiWork(async ({ body, headers, method, url }) => {
  const response = await fetch(url, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
    signal: AbortSignal.timeout(10_000)
  })
  if (!response.ok) throw new Error(`Mochi answered ${response.status}`)
  return response.json()
})

const complete = async (interaction: AutocompleteInteraction) => {
  const { options, user } = interaction
  const { name, value } = options.getFocused(true)
  const choices = await work.choices({
    userId: user.id,
    field: name,
    value,
    application: options.getString("application") ?? "",
    vault: options.getString("vault") ?? ""
  })
  await interaction.respond([...choices])
}

const run = async (interaction: ChatInputCommandInteraction) => {
  await interaction.deferReply({ flags: MessageFlags.Ephemeral })
  const { channelId, guildId, id, options, user } = interaction
  const recipient = options.getUser("recipient", true)
  const reason = options.getString("reason")
  const created = await work.create({
    interactionId: id,
    userId: user.id,
    guildId,
    channelId,
    application: options.getString("application", true),
    vault: options.getString("vault", true),
    token: options.getString("token", true),
    amount: options.getString("amount", true),
    recipientId: recipient.id,
    reason
  })
  const embed = new EmbedBuilder()
    .setTitle("Kudos Request Created")
    .setDescription("The application owner will be notified to approve or reject this kudos request.")
    .addFields(
      { name: "Amount", value: `**${created.amount}**`, inline: true },
      { name: "Token", value: created.token, inline: true },
      { name: "Kudos to", value: `${recipient}`, inline: true },
      { name: "From vault", value: created.vault },
      { name: "Reason", value: reason ?? "—" }
    )
  await interaction.editReply({ embeds: [embed] })
}

const press = async (interaction: ButtonInteraction) => {
  await interaction.deferUpdate()
  const word = await work.decide(interaction.customId, interaction.user.id, interaction.id)
  const [before] = interaction.message.embeds
  const embed = EmbedBuilder.from(before ?? new EmbedBuilder().toJSON())
    .setAuthor({ name: `Transfer request ${word}` })
    .addFields(
      { name: "Status", value: word, inline: true },
      { name: "Decided by", value: `${interaction.user}`, inline: true }
    )
  await interaction.editReply({ embeds: [embed], components: [] })
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
  await ready.application.commands.set([kudosCommand])
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
