/** What both bots do at Mochi, one call after the other, as one would write it without a framework and without retries. */
import { createPrivateKey, sign } from "node:crypto"
import { setting } from "./setting.ts"

export interface Call {
  readonly method: "GET" | "POST"
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/** Sends a call and reads its JSON answer; throws unless the status is 2xx. */
export type Send = <A>(call: Call) => Promise<A>

export interface KudosCommand {
  readonly interactionId: string
  readonly userId: string
  readonly guildId: string | null
  readonly channelId: string
  readonly application: string
  readonly vault: string
  readonly token: string
  /** A plain decimal. */
  readonly amount: string
  readonly recipientId: string
  readonly reason: string | null
}

/** What the answer shows of a created request. */
export interface CreatedKudos {
  readonly amount: string
  readonly token: string
  readonly vault: string
}

export interface Typing {
  readonly userId: string
  readonly field: string
  readonly value: string
  readonly application: string
  readonly vault: string
}

export interface Choice {
  readonly name: string
  readonly value: string
}

export const mochiWork = (send: Send) => {
  const get = <A>(path: string): Promise<A> =>
    send<A>({ method: "GET", url: `${mochi}${path}`, headers: bearer })
  const list = async <A>(path: string): Promise<ReadonlyArray<A>> =>
    (await get<{ readonly data: ReadonlyArray<A> }>(path)).data
  const profileOf = (discordId: string) =>
    get<Profile>(`/profiles/get-by-discord/${discordId}?no_fetch_amount=true`)

  const recentProfileOf = remembered(profileOf)
  const recentApplications = remembered(list<Listed>)
  const recentVaults = remembered(list<Vault>)
  const recentBalances = remembered(list<Balance>)

  return {
    choices: async (typing: Typing): Promise<ReadonlyArray<Choice>> => {
      const { id } = await recentProfileOf(typing.userId)
      const applications = `/profiles/${part(id)}/applications`
      const vaults = `${applications}/${part(typing.application)}/vaults`
      const own = await recentApplications(applications)
      const offer = async (): Promise<ReadonlyArray<Choice>> => {
        if (typing.field === "application") return own.map(({ id, name }) => ({ name, value: String(id) }))
        if (typing.field === "vault")
          return (await recentVaults(vaults)).map(found => ({
            name: found.name,
            value: String(found.vault_profile_id)
          }))
        const balances = await recentBalances(`${vaults}/${part(typing.vault)}/balances`)
        return balances.map(({ amount, token }) => ({
          name: `${token.symbol} · ${decimal(BigInt(amount), token.decimal)}`,
          value: String(token.id)
        }))
      }
      const typed = typing.value.toLowerCase()
      return (await offer()).filter(({ name }) => name.toLowerCase().includes(typed)).slice(0, 25)
    },

    create: async (command: KudosCommand): Promise<CreatedKudos> => {
      const sender = await profileOf(command.userId)
      const applications = `/profiles/${part(sender.id)}/applications`
      const application = (await list<Listed>(applications)).find(
        ({ id }) => String(id) === command.application
      )
      if (application === undefined) throw new Error("no such application")
      const vaults = `${applications}/${part(application.id)}/vaults`
      const vault = (await list<Vault>(vaults)).find(
        found => String(found.vault_profile_id) === command.vault
      )
      if (vault === undefined) throw new Error("no such vault")
      const path = `${vaults}/${part(vault.vault_profile_id)}`
      const balances = await list<Balance>(`${path}/balances`)
      const balance = balances.find(({ token }) => String(token.id) === command.token)
      if (balance === undefined) throw new Error("no such token")
      const { token } = balance
      const [whole = "", fraction = ""] = command.amount.split(".")
      const amount = BigInt(`${whole}${fraction.padEnd(token.decimal, "0")}`)
      if (amount > BigInt(balance.amount)) throw new Error("over the balance")
      const recipient = await profileOf(command.recipientId)
      await send({
        method: "POST",
        url: `${mochi}${path}/transfer-requests`,
        headers: { ...bearer, "content-type": "application/json", "idempotency-key": command.interactionId },
        body: JSON.stringify({
          recipient_profile_id: recipient.id,
          token_id: token.id,
          token_amount: String(amount),
          ...(command.reason === null ? {} : { description: command.reason }),
          requester_metadata: {
            platform: "discord",
            discord_user_id: command.userId,
            guild_id: command.guildId,
            channel_id: command.channelId,
            interaction_id: command.interactionId
          }
        })
      })
      return {
        amount: `${decimal(amount, token.decimal)} ${token.symbol}`,
        token: `${token.symbol} · ${token.chain?.name ?? ""}`,
        vault: `${vault.name} (${application.name})`
      }
    },

    /** Returns the word for the decision that the button stands for. */
    decide: async (customId: string, userId: string, interactionId: string): Promise<string> => {
      const [, decision, code = "", application = ""] = /^(approve|reject)-(.+)-(\d+)$/.exec(customId) ?? []
      const { id } = await profileOf(userId)
      const word = decision === "approve" ? "approved" : "rejected"
      await send({
        method: "POST",
        url: `${mochi}/profiles/${part(id)}/applications/${application}/requests/${part(code)}/${word}`,
        headers: { ...bearer, ...signed(), "idempotency-key": `${code}:${word}:${interactionId}` }
      })
      return word
    }
  }
}

/** For suggestions: an answer of the last eight seconds serves again, as in the service. */
const remembered = <A>(lookUp: (key: string) => Promise<A>) => {
  const answers = new Map<string, { readonly since: number; readonly value: Promise<A> }>()
  return (key: string): Promise<A> => {
    const found = answers.get(key)
    if (found !== undefined && performance.now() - found.since < rememberedMillis) return found.value
    const value = lookUp(key)
    answers.set(key, { since: performance.now(), value })
    return value
  }
}

const rememberedMillis = 8_000

interface Profile {
  readonly id: string | number
}
interface Listed {
  readonly id: string | number
  readonly name: string
}
interface Vault {
  readonly vault_profile_id: string | number
  readonly name: string
}
interface Balance {
  readonly amount: string
  readonly token: {
    readonly id: string | number
    readonly symbol: string
    readonly decimal: number
    readonly chain?: { readonly name: string } | null
  }
}

const mochi = `${setting("MOCHI_PAY_API_BASE_URL")}/api/v1`
const bearer = { authorization: `Bearer ${setting("MOCHI_BOT_SECRET")}`, "user-agent": "plain-bot/1" }
const privateKey = createPrivateKey({
  key: Buffer.concat([
    Buffer.from("302e020100300506032b657004220420", "hex"),
    Buffer.from(setting("MOCHI_APP_PRIVATE_KEY"), "hex")
  ]),
  format: "der",
  type: "pkcs8"
})

const signed = () => {
  const message = String(Math.floor(Date.now() / 1000))
  const signature = sign(null, Buffer.from(message), privateKey).toString("hex")
  return { "x-message": message, "x-signature": signature, "x-application": "Mochi" }
}

const part = (id: string | number) => encodeURIComponent(id)

const decimal = (amount: bigint, decimals: number) => {
  const digits = String(amount).padStart(decimals + 1, "0")
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "")
  return `${digits.slice(0, digits.length - decimals)}${fraction === "" ? "" : `.${fraction}`}`
}
