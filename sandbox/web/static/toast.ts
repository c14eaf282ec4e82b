import { byId, el } from "./dom.ts"

/** A short notice that goes away by itself. */
export const toast = (text: string, tone: "plain" | "bad" = "plain"): void => {
  const element = el("p", { class: `toast ${tone}`, text })
  byId("toasts").append(element)
  setTimeout(() => element.remove(), tone === "bad" ? 6000 : 3000)
}
