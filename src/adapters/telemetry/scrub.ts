/**
 * The last guard before text leaves the process. From every text, whatever error or library it comes from, it removes the
 * configured secrets and everything that looks like the token of a Discord interaction.
 */
import { Option, Redacted } from "effect"
import type { SettingsValues } from "../../config/Settings.ts"

export type Scrub = (text: string) => string

export const scrubWith = (settings: SettingsValues): Scrub => {
  const secrets = new RegExp(secretsOf(settings).map(RegExp.escape).join("|") || "(?!)", "g")
  return text =>
    shapes.reduce((clean, [shape, instead]) => clean.replace(shape, instead), text.replace(secrets, hidden))
}

const hidden = "<redacted>"

/** These stop at quotes and backslashes, so that JSON stays valid, and are bounded if a search can begin often. */
const shapes: ReadonlyArray<readonly [RegExp, string]> = [
  [/\b(webhooks|interactions)(\/|%2F)(\d{15,20})(\/|%2F)[^/\s"'\\?]{20,}/gi, `$1$2$3$4${hidden}`],
  [/\baW50ZXJhY3Rpb24[\w+/=-]{20,}/g, hidden],
  [/\bwhsec_[\w+/=-]+/g, hidden],
  [/\b(Bearer|Bot|Basic) [\w.+/=-]{16,}/g, `$1 ${hidden}`],
  [/\b(postgres(?:ql)?:\/\/[^:@/\s"'\\]{0,200}):[^@\s"'\\]{0,1000}@/g, `$1:${hidden}@`]
]

/** A shorter secret would black out ordinary words. */
const shortest = 8

const secretsOf = ({ database, discord, mochi, webhooks }: SettingsValues): ReadonlyArray<string> => {
  const seed = Buffer.from(Redacted.value(mochi.privateKey))
  const words = [
    Redacted.value(discord.token),
    Redacted.value(mochi.botSecret),
    seed.toString("hex"),
    seed.toString("hex").toUpperCase(),
    seed.toString("base64"),
    ...Option.toArray(Option.map(mochi.apiKey, Redacted.value)),
    ...webhooks.secrets.flatMap(secret =>
      secret._tag === "Hmac" ? [Buffer.from(Redacted.value(secret.key)).toString("base64")] : []
    ),
    ...Option.match(database.url, {
      onNone: () => [],
      onSome: url => {
        const { password, searchParams } = new URL(Redacted.value(url))
        return [password, ...searchParams.getAll("password")]
      }
    }),
    ...Option.toArray(Option.map(database.driverPassword, Redacted.value))
  ]
  const spellings = words.flatMap(word => [word, decoded(word), JSON.stringify(word).slice(1, -1)])
  return [...new Set(spellings)]
    .filter(word => word.length >= shortest)
    .sort((one, other) => other.length - one.length)
}

const decoded = (word: string): string => {
  try {
    return decodeURIComponent(word)
  } catch {
    return word
  }
}
