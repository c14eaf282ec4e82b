import { DateTime, Option } from "effect"
import * as Ids from "../../src/domain/Ids.ts"
import type { RequestStatus } from "../../src/domain/RequestStatus.ts"
import type { RequestFacts } from "../../src/domain/TransferRequest.ts"
import { drawn } from "../../src/adapters/discord/draw.ts"
import type { Embed, Message } from "../../src/adapters/discord/Message.ts"
import type { Notice, Person, RequestWithPeople } from "../../src/domain/Notice.ts"
import { noticeScreen } from "../../src/views/notices.ts"
import { en } from "../../src/words/en.ts"

const at = DateTime.unsafeMake("2026-05-06T07:08:09Z")

export const known = (id: string): Person => ({
  userId: Option.some(Ids.UserId.make(id)),
  name: Option.none()
})

export const named = (name: string): Person => ({ userId: Option.none(), name: Option.some(name) })

const party = { profileId: Option.none(), userId: Option.none() }

export const facts: RequestFacts = {
  applicationName: "DAO App",
  vaultName: "Community Vault",
  amount: "10.5",
  symbol: "USDC",
  usd: Option.some("10.50"),
  chain: Option.some("Ethereum"),
  reason: Option.some("for *help*"),
  owner: party,
  requester: party,
  recipient: party,
  expiresAt: Option.some(DateTime.add(at, { days: 1 })),
  communityId: Option.none(),
  channelId: Option.none()
}

/** Ada's 10.5 USDC for Grace; Linus has decided unless it is pending. */
export const kudosRequest = (
  status: RequestStatus,
  change: Partial<RequestFacts> = {}
): RequestWithPeople => {
  const isDecided = status === "approved" || status === "rejected"
  return {
    key: { applicationId: Ids.ApplicationId.make("123"), code: Ids.RequestCode.make("ABC-1") },
    status,
    facts: { ...facts, ...change },
    settlement: status === "pending" ? Option.none() : Option.some({ by: party, at }),
    interactionId: Option.none(),
    requester: known("184027593016284160"),
    recipient: known("080351110224678912"),
    decider: isDecided ? known("1098765432109876224") : { userId: Option.none(), name: Option.none() }
  }
}

/** What Discord would not take of a message. */
export const overLimits = ({ components, content, embeds }: Message): ReadonlyArray<string> => [
  ...(content.length > 2000 ? ["content"] : []),
  ...(embeds.reduce((sum, embed) => sum + textsOf(embed).join("").length, 0) > 6000 ? ["embeds in all"] : []),
  ...embeds.flatMap(({ author, description, fields, footer, title }) => [
    ...((title ?? "x").length > 256 ? ["title"] : []),
    ...((description ?? "x").length > 4096 ? ["description"] : []),
    ...((author?.name ?? "x").length > 256 ? ["author"] : []),
    ...((footer?.text ?? "x").length > 2048 ? ["footer"] : []),
    ...((fields ?? []).length > 25 ? ["fields"] : []),
    ...(fields ?? []).flatMap(({ name, value }) =>
      name === "" || name.length > 256 || value.trim() === "" || value.length > 1024 ? [`field ${name}`] : []
    )
  ]),
  ...components.flatMap(row =>
    row.components.flatMap(button =>
      "custom_id" in button && (button.custom_id.length > 100 || button.custom_id === "") ? ["custom_id"] : []
    )
  )
]

/** Every text of an embed. */
export const textsOf = (embed: Embed): ReadonlyArray<string> =>
  [
    embed.title,
    embed.description,
    embed.author?.name,
    embed.footer?.text,
    ...(embed.fields ?? []).flatMap(({ name, value }) => [name, value])
  ].filter(text => text !== undefined)

/** A notice in English, as Discord shows it. */
export const noticeMessage = (notice: Notice): Message => drawn(noticeScreen(en, notice))
