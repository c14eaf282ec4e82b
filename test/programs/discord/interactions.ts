/** Interactions of Ada's as Discord sends them. */
import type { UserId } from "../../../src/domain/Ids.ts"

export const person = {
  id: "1200000000000000001",
  application_id: "1100000000000000001",
  token: "secret-token",
  version: 1,
  guild_id: "900000000000000001",
  guild_locale: "en-US",
  channel_id: "900000000000000002",
  channel: { id: "900000000000000002", type: 0, permissions: "0" },
  locale: "de",
  context: 0,
  entitlements: [],
  app_permissions: "0",
  attachment_size_limit: 10_485_760,
  authorizing_integration_owners: { "0": "900000000000000001" },
  member: {
    user: { id: "184027593016284160", username: "ada", global_name: "Ada", discriminator: "0", avatar: null },
    roles: [],
    nick: null,
    joined_at: "2020-01-01T00:00:00Z"
  }
}

const options = [
  { name: "application", type: 3, value: "123" },
  { name: "vault", type: 3, value: "70011" },
  { name: "token", type: 3, value: "1" },
  { name: "amount", type: 3, value: "10", focused: false },
  { name: "recipient", type: 6, value: "803511102246789120" },
  { name: "reason", type: 3, value: "thanks" }
]

export const kudos = {
  ...person,
  type: 2,
  data: {
    id: "1",
    name: "kudos",
    type: 1,
    options,
    resolved: {
      users: { "803511102246789120": { id: "803511102246789120", username: "grace", bot: false } },
      members: { "803511102246789120": { roles: [], permissions: "0" } }
    }
  }
}
/** `/privacy notifications on` */
export const privacy = {
  ...person,
  type: 2,
  data: {
    id: "2",
    name: "privacy",
    type: 1,
    options: [{ name: "notifications", type: 2, options: [{ name: "on", type: 1, options: [] }] }]
  }
}
export const typing = {
  ...person,
  type: 4,
  data: { ...kudos.data, options: [{ name: "application", type: 3, value: "D", focused: true }] }
}
export const pressed = (customId: string) => ({
  ...person,
  type: 3,
  data: { custom_id: customId, component_type: 2, id: 4 },
  message: {
    id: "900000000000000003",
    channel_id: "900000000000000002",
    flags: 0,
    type: 0,
    content: "",
    components: [{ type: 1, components: [{ type: 2, style: 3, label: "Approve", custom_id: customId }] }],
    embeds: [
      {
        title: "Vault Transfer Request",
        description: "x",
        footer: { text: "Request ABC" },
        fields: [{ name: "Amount", value: "10", inline: true }]
      }
    ]
  }
})

/** The same of somebody else, and by another id if one is given. */
export const sentBy = (user: UserId, raw: typeof person, id = raw.id) => ({
  ...raw,
  id,
  token: `token of ${id}`,
  member: { ...raw.member, user: { ...raw.member.user, id: user } }
})
