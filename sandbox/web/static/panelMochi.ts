import type { HoldingView, RequestView } from "../wire.ts"
import { askOrToast } from "./api.ts"
import { button, el } from "./dom.ts"
import { statusChip } from "./panelParts.ts"
import type { State } from "./store.ts"
import { timeElement } from "./time.ts"

/** Mochi's vaults, people's balances, and the requests. */
export const drawMochi = ({ view }: State): ReadonlyArray<Node> => {
  const { requests = [], vaults = [], wallets = [] } = view.mochi ?? {}
  return [
    el("h2", { text: "Transfer requests" }),
    requests.length === 0
      ? el("p", { class: "empty", text: "None yet. Send kudos, and they appear here." })
      : el("ul", { class: "cards" }, ...requests.map(drawRequest)),
    el("h2", { text: "Vaults" }),
    el(
      "ul",
      { class: "cards" },
      ...vaults.map(({ application, holdings, name }) =>
        el(
          "li",
          { class: "card" },
          el("p", { class: "card-title" }, el("strong", { text: name }), el("small", { text: application })),
          drawHoldings(holdings)
        )
      )
    ),
    el("h2", { text: "Wallets" }),
    wallets.length === 0
      ? el("p", { class: "empty", text: "Nobody has received anything yet." })
      : el(
          "ul",
          { class: "cards" },
          ...wallets.map(({ holdings, name }) =>
            el(
              "li",
              { class: "card" },
              el("p", { class: "card-title" }, el("strong", { text: name })),
              drawHoldings(holdings)
            )
          )
        )
  ]
}

const drawRequest = (request: RequestView) =>
  el(
    "li",
    { class: "card", attributes: { "data-code": request.code } },
    el("p", { class: "card-title" }, el("strong", { text: request.amount }), statusChip(request.status)),
    el("p", { text: `${request.requester} → ${request.recipient}` }),
    request.reason !== null && el("p", { class: "reason", text: `“${request.reason}”` }),
    el("p", { class: "fine" }, `${request.code} · ${request.from} · `, timeElement(request.at, "R")),
    request.status === "pending" &&
      el(
        "p",
        { class: "card-actions" },
        el("small", { text: "Decide elsewhere:" }),
        ...(["approved", "rejected", "expired", "failed"] as const).map(decision =>
          button(
            { approved: "approve", rejected: "reject", expired: "expire", failed: "fail" }[decision],
            () => askOrToast({ _tag: "Decide", code: request.code, decision }),
            { class: "button secondary small", attributes: { "data-key": `${request.code} ${decision}` } }
          )
        )
      )
  )

const drawHoldings = (holdings: ReadonlyArray<HoldingView>) =>
  el(
    "dl",
    { class: "holdings" },
    ...holdings.flatMap(({ amount, symbol }) => [
      el("dt", { text: symbol }),
      el("dd", { text: amount, title: amount })
    ])
  )
