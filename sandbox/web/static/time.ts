import { el } from "./dom.ts"

const relativeWords = new Intl.RelativeTimeFormat("en", { numeric: "auto" })
const clock = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hour12: false })
const full = new Intl.DateTimeFormat("en", { dateStyle: "full", timeStyle: "short" })
const styles: Readonly<Record<string, Intl.DateTimeFormat>> = {
  t: clock,
  T: new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false }),
  d: new Intl.DateTimeFormat("en", { dateStyle: "short" }),
  D: new Intl.DateTimeFormat("en", { dateStyle: "long" }),
  f: new Intl.DateTimeFormat("en", { dateStyle: "long", timeStyle: "short" }),
  F: full
}

const units: ReadonlyArray<readonly [number, Intl.RelativeTimeFormatUnit]> = [
  [31_536_000, "year"],
  [2_592_000, "month"],
  [86_400, "day"],
  [3_600, "hour"],
  [60, "minute"],
  [1, "second"]
]

/** `in 3 hours`, `2 minutes ago`. Times in milliseconds. */
export const relativeText = (at: number, now: number): string => {
  const seconds = Math.round((at - now) / 1000)
  const [size, unit] = units.find(([size]) => Math.abs(seconds) >= size) ?? [1, "second"]
  return relativeWords.format(Math.round(seconds / size), unit)
}

/** A time as Discord shows `<t:…:style>`; relative times keep counting. */
export const timeElement = (at: number, style: string): HTMLTimeElement => {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return el("time", { text: "Invalid date" })
  const text = style === "R" ? relativeText(at, Date.now()) : (styles[style] ?? full).format(date)
  return el("time", {
    class: "timestamp",
    text,
    title: full.format(date),
    attributes: { datetime: date.toISOString(), "data-relative": style === "R" ? at : null }
  })
}

/** Keeps every relative time on the page up to date. */
export const keepCounting = (): void => {
  setInterval(() => {
    for (const time of document.querySelectorAll<HTMLTimeElement>("time[data-relative]")) {
      const text = relativeText(Number(time.dataset["relative"]), Date.now())
      if (time.textContent !== text) time.textContent = text
    }
  }, 1000)
}
