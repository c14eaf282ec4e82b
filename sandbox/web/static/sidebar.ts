import { avatar, button, byId, el } from "./dom.ts"
import { go } from "./route.ts"
import { channelOf, meOf, slugOf, unreadChannelOf, unreadOf } from "./store.ts"
import type { State, Store } from "./store.ts"
import { themeButton } from "./theme.ts"

/** The choice of the person and of the channel. */
export const mountSidebar = (store: Store): void => {
  const nav = byId("sidebar")
  const theme = themeButton()
  let from = ""

  const becomes = (username: string, personId: string) => {
    const state = store.get()
    const unread = unreadChannelOf(state, personId)
    const channel = state.view.channels?.find(({ id }) => id === unread)
    const current = channelOf(state)
    // From a DM of the person before, go to this person's DM with the bot.
    const isDm =
      unread !== undefined ? channel === undefined || channel.kind === "dm" : current?.kind === "dm"
    go(
      username,
      isDm ? "dm" : slugOf(channel ?? current ?? { id: "", kind: "guild", name: "general", place: "" })
    )
  }

  const update = (state: State) => {
    const { people = [], channels = [], service } = state.view
    const me = meOf(state)
    const here = channelOf(state)
    const persons = people.filter(({ bot }) => !bot)
    const unread = persons.map(({ id }) => unreadOf(state, id))
    const now = JSON.stringify([
      persons,
      channels,
      me?.id,
      here?.id,
      unread,
      service,
      channels.map(({ id }) => me && unreadOf(state, me.id, id))
    ])
    if (now === from) return
    from = now
    const focused = document.activeElement?.getAttribute("data-key")
    nav.replaceChildren(
      el(
        "header",
        { class: "brand" },
        avatar("Mochi", "bot", "small"),
        el("h1", { text: "Mochi sandbox" }),
        theme
      ),
      el(
        "section",
        { class: "people", attributes: { "aria-labelledby": "people-title" } },
        el("h2", { class: "section-title", text: "You are", attributes: { id: "people-title" } }),
        el(
          "ul",
          {},
          ...persons.map((person, index) => {
            const [role = "", hint] = roleParts(person.role)
            return el(
              "li",
              {},
              button(
                "",
                () => becomes(person.username, person.id),
                {
                  class: "person",
                  title: hint,
                  attributes: {
                    "aria-current": person.id === me?.id ? "true" : null,
                    "data-key": person.id,
                    "data-person": person.username
                  }
                },
                avatar(person.name, "person"),
                el(
                  "span",
                  { class: "person-words" },
                  el("strong", { text: person.name }),
                  el("small", { text: role })
                ),
                badge(unread[index] ?? 0)
              )
            )
          })
        )
      ),
      ...["guild", "dm"].map(kind => {
        const some = channels.filter(channel => channel.kind === kind)
        return el(
          "section",
          { class: "channels" },
          el("h2", { class: "section-title", text: some[0]?.place ?? "" }),
          el(
            "ul",
            {},
            ...some.map(channel =>
              el(
                "li",
                {},
                button(
                  "",
                  () => go(state.username, slugOf(channel)),
                  {
                    class: "channel",
                    attributes: {
                      "aria-current": channel.id === here?.id ? "true" : null,
                      "data-key": channel.id,
                      "data-channel": slugOf(channel)
                    }
                  },
                  channel.kind === "dm"
                    ? avatar(channel.name, "bot", "tiny")
                    : el("span", { class: "hash", text: "#" }),
                  el("span", { text: channel.name }),
                  badge(me === undefined ? 0 : unreadOf(state, me.id, channel.id))
                )
              )
            )
          )
        )
      })
    )
    if (focused != null) nav.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus()
  }
  store.subscribe(update)
}

/** Splits `Requester: may ask …` into the role, and the whole text as a hint. */
const roleParts = (role: string | null): readonly [string, string] => {
  const [short = ""] = (role ?? "").split(/[:;]/)
  return [short, role ?? ""]
}

const badge = (count: number) =>
  count === 0
    ? null
    : el("span", {
        class: "unread",
        text: String(count),
        title: `${count} unread`,
        attributes: { "aria-label": `${count} unread` }
      })
