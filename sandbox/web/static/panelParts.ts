import { el } from "./dom.ts"

const tones: Readonly<Record<string, string>> = {
  pending: "warn",
  success: "good",
  approved: "good",
  delivered: "good",
  ok: "good",
  ready: "good",
  rejected: "bad",
  failed: "bad",
  dead: "bad",
  stopped: "bad",
  expired: "quiet",
  starting: "warn",
  degraded: "warn",
  unavailable: "bad",
  "not answering": "bad"
}

/** The CSS class for the colour of a state. */
export const toneOf = (status: string): string => tones[status] ?? "quiet"

/** A state as a word on its colour. */
export const statusChip = (status: string): HTMLElement =>
  el("span", { class: `chip ${toneOf(status)}`, text: status })
