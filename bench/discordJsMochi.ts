/** The discord.js bot's calls to Mochi: plain fetch, and a check of the status only. */
import { createPrivateKey, sign } from "node:crypto"
import { setting } from "./setting.ts"

export const mochi = `${setting("MOCHI_PAY_API_BASE_URL")}/api/v1`
export const bearer = {
  authorization: `Bearer ${setting("MOCHI_BOT_SECRET")}`,
  "user-agent": "discord-js-bot/1"
}
const privateKey = createPrivateKey({
  key: Buffer.concat([
    Buffer.from("302e020100300506032b657004220420", "hex"),
    Buffer.from(setting("MOCHI_APP_PRIVATE_KEY"), "hex")
  ]),
  format: "der",
  type: "pkcs8"
})

interface Profile {
  readonly id: string | number
}
export interface Listed {
  readonly id: string | number
  readonly name: string
}
export interface Vault {
  readonly vault_profile_id: string | number
  readonly name: string
}
export interface Balance {
  readonly amount: string
  readonly token: {
    readonly id: string | number
    readonly symbol: string
    readonly decimal: number
    readonly price?: number | null
    readonly chain?: { readonly name: string } | null
  }
}

const get = async <A>(path: string): Promise<A> => {
  const response = await fetch(`${mochi}${path}`, { headers: bearer, signal: AbortSignal.timeout(10_000) })
  if (!response.ok) throw new Error(`Mochi answered ${response.status}`)
  return response.json()
}
export const list = async <A>(path: string): Promise<ReadonlyArray<A>> =>
  (await get<{ readonly data: ReadonlyArray<A> }>(path)).data
export const profileOf = (discordId: string) =>
  get<Profile>(`/profiles/get-by-discord/${discordId}?no_fetch_amount=true`)
export const part = (id: string | number) => encodeURIComponent(id)

export const signed = () => {
  const message = String(Math.floor(Date.now() / 1000))
  const signature = sign(null, Buffer.from(message), privateKey).toString("hex")
  return { "x-message": message, "x-signature": signature, "x-application": "Mochi" }
}
