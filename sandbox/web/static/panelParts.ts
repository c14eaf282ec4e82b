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

/** The colour of a state, by its class. */
export const toneOf = (status: string): string => tones[status] ?? "quiet"

/** A state in a word, coloured for those who see colours. */
export const statusChip = (status: string): HTMLElement =>
  el("span", { class: `chip ${toneOf(status)}`, text: status })
