/**
 * The service's work on Node's HTTP client and a WebSocket alone: no framework, no rate limits, no reconnection, no
 * database, no retries, no telemetry, one log line per interaction.
 */
import { Agent, request } from "node:http"
import WebSocket from "ws"
import { kudosCommand } from "./kudosCommand.ts"
import { mochiWork } from "./mochiWork.ts"
import type { Call } from "./mochiWork.ts"
import { setting } from "./setting.ts"

const agent = new Agent({ keepAlive: true })

/** The text of an answer with a 2xx status. */
const send = ({ body, headers, method, url }: Omit<Call, "method"> & { readonly method: string }) =>
  new Promise<string>((resolve, reject) => {
    const outgoing = request(
      url,
      {
        agent,
        method,
        timeout: 10_000,
        headers: {
          ...headers,
          ...(body === undefined ? {} : { "content-length": Buffer.byteLength(body) })
        }
      },
      response => {
        let text = ""
        response.setEncoding("utf8")
        response.on("data", (chunk: string) => {
          text += chunk
        })
        response.on("end", () => {
          const status = response.statusCode ?? 0
          if (status >= 200 && status < 300) resolve(text)
          else reject(new Error(`${method} ${url} answered ${status}: ${text.slice(0, 200)}`))
        })
      }
    )
    outgoing.on("timeout", () => outgoing.destroy(new Error("no answer in time")))
    outgoing.on("error", reject)
    outgoing.end(body)
  })

const work = mochiWork(async call => JSON.parse(await send(call)))

const api = `${setting("DISCORD_API")}/v10`
const token = setting("DISCORD_BOT_TOKEN")

const discord = (method: string, path: string, body?: unknown) =>
  send({
    method,
    url: `${api}${path}`,
    headers: {
      authorization: `Bot ${token}`,
      "content-type": "application/json",
      "user-agent": "DiscordBot (https://example.com, 1)"
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  })

interface Option {
  readonly name: string
  readonly value: string
  readonly focused?: boolean
}

interface Interaction {
  readonly id: string
  readonly application_id: string
  readonly token: string
  readonly type: number
  readonly guild_id?: string
  readonly channel_id: string
  readonly member?: { readonly user: { readonly id: string } }
  readonly user?: { readonly id: string }
  readonly data: { readonly custom_id?: string; readonly options?: ReadonlyArray<Option> }
  readonly message?: { readonly embeds: ReadonlyArray<{ readonly fields?: ReadonlyArray<unknown> }> }
}

const reply = ({ id, token }: Interaction, body: unknown) =>
  discord("POST", `/interactions/${id}/${token}/callback`, body)

const edit = ({ application_id, token }: Interaction, body: unknown) =>
  discord("PATCH", `/webhooks/${application_id}/${token}/messages/@original`, body)

const userOf = ({ member, user }: Interaction) => (member?.user ?? user)?.id ?? ""

const optionsOf = ({ data }: Interaction) => {
  const options = data.options ?? []
  return {
    focused: options.find(({ focused }) => focused === true),
    valueOf: (name: string) => options.find(option => option.name === name)?.value ?? ""
  }
}

const complete = async (interaction: Interaction) => {
  const { focused, valueOf } = optionsOf(interaction)
  const choices = await work.choices({
    userId: userOf(interaction),
    field: focused?.name ?? "",
    value: focused?.value ?? "",
    application: valueOf("application"),
    vault: valueOf("vault")
  })
  await reply(interaction, { type: 8, data: { choices } })
}

const run = async (interaction: Interaction) => {
  await reply(interaction, { type: 5, data: { flags: 64 } })
  const { valueOf } = optionsOf(interaction)
  const reason = valueOf("reason")
  const created = await work.create({
    interactionId: interaction.id,
    userId: userOf(interaction),
    guildId: interaction.guild_id ?? null,
    channelId: interaction.channel_id,
    application: valueOf("application"),
    vault: valueOf("vault"),
    token: valueOf("token"),
    amount: valueOf("amount"),
    recipientId: valueOf("recipient"),
    reason: reason === "" ? null : reason
  })
  const embed = {
    title: "Kudos Request Created",
    description: "The application owner will be notified to approve or reject this kudos request.",
    fields: [
      { name: "Amount", value: `**${created.amount}**`, inline: true },
      { name: "Token", value: created.token, inline: true },
      { name: "Kudos to", value: `<@${valueOf("recipient")}>`, inline: true },
      { name: "From vault", value: created.vault },
      { name: "Reason", value: reason === "" ? "—" : reason }
    ]
  }
  await edit(interaction, { embeds: [embed] })
}

const press = async (interaction: Interaction) => {
  await reply(interaction, { type: 6 })
  const decider = userOf(interaction)
  const word = await work.decide(interaction.data.custom_id ?? "", decider, interaction.id)
  const [before] = interaction.message?.embeds ?? []
  const embed = {
    ...before,
    author: { name: `Transfer request ${word}` },
    fields: [
      ...(before?.fields ?? []),
      { name: "Status", value: word, inline: true },
      { name: "Decided by", value: `<@${decider}>`, inline: true }
    ]
  }
  await edit(interaction, { embeds: [embed], components: [] })
}

const handlers: Readonly<Record<number, (interaction: Interaction) => Promise<void>>> = {
  2: run,
  3: press,
  4: complete
}

const handle = async (interaction: Interaction) => {
  const since = performance.now()
  try {
    await handlers[interaction.type]?.(interaction)
    const duration = Math.round(performance.now() - since)
    console.log(JSON.stringify({ timestamp: new Date(), message: "command_executed", duration }))
  } catch (error) {
    console.error(error)
    if (interaction.type === 2)
      await edit(interaction, { content: "Something went wrong" }).catch(console.error)
  }
}

interface Ready {
  readonly application: { readonly id: string }
}

type Frame =
  | { readonly op: 10; readonly d: { readonly heartbeat_interval: number } }
  | { readonly op: 0; readonly s: number; readonly t: "READY"; readonly d: Ready }
  | { readonly op: 0; readonly s: number; readonly t: "INTERACTION_CREATE"; readonly d: Interaction }

const onReady = async ({ application }: Ready) => {
  await discord("PUT", `/applications/${application.id}/commands`, [kudosCommand])
  process.send?.({ answer: "ready" })
}

const { url }: { readonly url: string } = JSON.parse(await discord("GET", "/gateway/bot"))
const socket = new WebSocket(`${url}/?v=10&encoding=json`)
let sequence: number | null = null

socket.on("message", (raw: Buffer) => {
  const frame: Frame = JSON.parse(raw.toString())
  if (frame.op === 10) {
    const properties = { os: "linux", browser: "bare", device: "bare" }
    socket.send(JSON.stringify({ op: 2, d: { token, intents: 1, properties } }))
    setInterval(() => socket.send(JSON.stringify({ op: 1, d: sequence })), frame.d.heartbeat_interval)
  } else if (frame.op === 0) {
    sequence = frame.s
    if (frame.t === "READY") void onReady(frame.d)
    else if (frame.t === "INTERACTION_CREATE") void handle(frame.d)
  }
})
