import { byId, el } from "./dom.ts"

/** A short word that goes away by itself. */
export const toast = (text: string, tone: "plain" | "bad" = "plain"): void => {
  const shown = el("p", { class: `toast ${tone}`, text })
  byId("toasts").append(shown)
  setTimeout(() => shown.remove(), tone === "bad" ? 6000 : 3000)
}
