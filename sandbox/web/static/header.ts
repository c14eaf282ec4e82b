import type { ServiceView } from "../wire.ts"
import { askOrToast } from "./api.ts"
import { button, byId, el } from "./dom.ts"
import { toneOf } from "./panelParts.ts"
import { channelOf, meOf } from "./store.ts"
import type { State, Store } from "./store.ts"

/** The open channel, the state of the service, and the trouble that is switched on. */
export const mountHeader = (store: Store): void => {
  const header = byId("header")
  const banner = byId("banner")
  let from = ""

  const update = (state: State) => {
    const channel = channelOf(state)
    const me = meOf(state)
    const { service, trouble = [] } = state.view
    const on = trouble.filter(one => one.on)
    const now = JSON.stringify([channel, me, service, on.length, state.drawer, state.online])
    if (now === from) return
    from = now
    banner.replaceChildren(...bannerOf(state))
    banner.hidden = banner.childNodes.length === 0
    const open = (panelTab: string) => store.set({ panelTab, drawer: "panel" })
    header.replaceChildren(
      el(
        "h2",
        { class: "place" },
        el("span", { class: "hash", text: channel?.kind === "dm" ? "@" : "#" }),
        channel?.name ?? ""
      ),
      el("p", { class: "role", text: me?.role ?? "" }),
      el(
        "div",
        { class: "header-right" },
        ...(on.length > 0
          ? [
              button(
                on.length === 1 ? (on[0]?.title ?? "") : `${on.length} troubles`,
                () => open("trouble"),
                { class: "chip warn" }
              )
            ]
          : []),
        button(service === undefined ? "…" : `service ${service.state}`, () => open("trouble"), {
          class: `chip ${toneOf(service?.state ?? "starting")}`,
          title: ["The service: see its state, kill it, start it", ...faultsOf(service)].join("\n")
        }),
        button("Behind the scenes", () => store.set({ drawer: state.drawer === "panel" ? null : "panel" }), {
          class: "button secondary small open-panel",
          attributes: { "aria-expanded": String(state.drawer === "panel"), "aria-controls": "panel" }
        })
      )
    )
  }
  store.subscribe(update)
}

/** `mochi: down` and the like. */
const faultsOf = (service: ServiceView | undefined): ReadonlyArray<string> =>
  Object.entries(service?.checks ?? {}).flatMap(([name, found]) =>
    found === "ok" ? [] : [`${name}: ${found}`]
  )

/** What is wrong with the sandbox or the service, and what to do. */
const bannerOf = ({ online, view }: State): ReadonlyArray<Node | string> => {
  if (!online) return ["The sandbox does not answer. This page reconnects as soon as it is back."]
  switch (view.service?.phase) {
    case "stopped":
      return [
        "The service is not running, so the bot cannot answer. ",
        button("Start it", () => askOrToast({ _tag: "Service", does: "start" }), {
          class: "button primary small"
        })
      ]
    case "starting":
      return ["The service is starting…"]
    default:
      return []
  }
}
