import { Option } from "effect"

/** The milliseconds that a `Retry-After` header asks for, in seconds or as an HTTP date; none for anything else. */
export const parseRetryAfter = (header: string, nowMillis: number): Option.Option<number> => {
  const text = header.trim()
  if (/^\d{1,9}$/.test(text)) return Option.some(Number(text) * 1000)
  const moment = imfFixdate.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(moment) ? Option.none() : Option.some(Math.max(0, moment - nowMillis))
}

/** The one form of date that HTTP still sends; Date.parse alone would take almost anything. */
const imfFixdate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/
