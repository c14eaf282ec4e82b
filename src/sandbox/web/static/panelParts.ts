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
  starting: "warn"
}

/** A state in a word, coloured for those who see colours. */
export const statusChip = (status: string): HTMLElement =>
  el("span", { class: `chip ${tones[status] ?? "quiet"}`, text: status })
