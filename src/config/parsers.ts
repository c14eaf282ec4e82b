import { Config, ConfigError, Either, Encoding, Option, Redacted } from "effect"

/** Turns the text of a variable into its value, or says that it is malformed. */
export type Parse<A> = (raw: string) => Option.Option<A>

/** A variable without which the service does not start. `expected` finishes "expected …" and never repeats a value. */
export const required = <A>(name: string, expected: string, parse: Parse<A>): Config.Config<A> =>
  Config.option(Config.string(name)).pipe(
    Config.mapOrFail(
      Option.match({
        onNone: () => Either.left(missing(name, expected)),
        onSome: raw => parsed(name, expected, parse, raw)
      })
    )
  )

export const optional = <A>(
  name: string,
  expected: string,
  parse: Parse<A>
): Config.Config<Option.Option<A>> =>
  Config.option(Config.string(name)).pipe(
    Config.mapOrFail(
      Option.match({
        onNone: () => Either.right(Option.none<A>()),
        onSome: raw => Either.map(parsed(name, expected, parse, raw), Option.some)
      })
    )
  )

export const withDefault = <A>(
  name: string,
  expected: string,
  parse: Parse<A>,
  fallback: A
): Config.Config<A> => optional(name, expected, parse).pipe(Config.map(Option.getOrElse(() => fallback)))

export const missing = (name: string, expected: string): ConfigError.ConfigError =>
  ConfigError.MissingData([name], `expected ${expected}`)

/** One word of printable ASCII, fit for a header. */
export const word: Parse<string> = raw => (/^[!-~]+$/.test(raw) ? Option.some(raw) : Option.none())

/** Printable ASCII with spaces inside, fit for a header. */
export const words: Parse<string> = raw => (/^[ -~]+$/.test(raw) ? Option.some(raw) : Option.none())

export const secret: Parse<Redacted.Redacted> = raw => Option.map(word(raw), Redacted.make)

export const choice =
  <const Choices extends ReadonlyArray<string>>(...choices: Choices): Parse<Choices[number]> =>
  raw =>
    Option.fromNullable(choices.find(candidate => candidate === raw.toLowerCase()))

export const flag: Parse<boolean> = raw =>
  Option.map(choice("true", "false")(raw), chosen => chosen === "true")

export const integerBetween =
  (least: number, most: number): Parse<number> =>
  raw => {
    const value = /^\d{1,15}$/.test(raw) ? Number(raw) : Number.NaN
    return value >= least && value <= most ? Option.some(value) : Option.none()
  }

export const portForm = "a port, 0 to 65535"
export const port: Parse<number> = integerBetween(0, 65_535)

export const addressForm = "an address to listen on"

interface Rate {
  readonly runs: number
  readonly seconds: number
}

export const rate: Parse<Rate> = raw => {
  const match = /^(\d{1,6})\/(\d{1,6})$/.exec(raw)
  const [runs, seconds] = [Number(match?.[1]), Number(match?.[2])]
  return runs > 0 && seconds > 0 ? Option.some({ runs, seconds }) : Option.none()
}

export const httpUrlForm = "an http(s) URL without credentials, query or fragment"

/** Trailing slashes are dropped. */
export const httpUrl: Parse<string> = raw => {
  const url = URL.canParse(raw) ? new URL(raw) : undefined
  const plain =
    url !== undefined && /^https?:$/.test(url.protocol) && url.username === "" && url.password === ""
  return plain && url.search === "" && url.hash === ""
    ? Option.some(withoutTrailingSlashes(url.href))
    : Option.none()
}

/** In one pass: a pattern would begin again at each slash that is not at the end. */
export const withoutTrailingSlashes = (url: string): string => {
  let end = url.length
  while (url[end - 1] === "/") end -= 1
  return url.slice(0, end)
}

export const postgresUrl: Parse<Redacted.Redacted> = raw =>
  URL.canParse(raw) && /^postgres(ql)?:$/.test(new URL(raw).protocol)
    ? Option.some(Redacted.make(raw))
    : Option.none()

interface ApiBase {
  /** Without `/api/v1`: the health check lives here. */
  readonly root: string
  /** With `/api/v1`, without a trailing slash. */
  readonly api: string
}

export const apiBase: Parse<ApiBase> = raw =>
  Option.map(httpUrl(raw), url => {
    const root = withoutTrailingSlashes(url.replace(/\/api\/v1$/, ""))
    return { root, api: `${root}/api/v1` }
  })

/** Hex of exactly one of the given numbers of bytes. */
export const hexBytes =
  (...lengths: ReadonlyArray<number>): Parse<Uint8Array> =>
  raw =>
    Either.getRight(Encoding.decodeHex(raw.toLowerCase())).pipe(
      Option.filter(bytes => lengths.includes(bytes.length))
    )

/** The first 32 bytes of an Ed25519 key. The signer recomputes the public half that may follow, and does not trust it. */
export const ed25519Seed: Parse<Redacted.Redacted<Uint8Array>> = raw =>
  Option.map(hexBytes(32, 64)(raw), bytes => Redacted.make(bytes.slice(0, 32)))

export type WebhookSecret =
  | { readonly _tag: "Hmac"; readonly key: Redacted.Redacted<Uint8Array> }
  | { readonly _tag: "Ed25519"; readonly publicKey: Uint8Array }

/** Standard Webhooks secrets, `whsec_…` or `whpk_…`, with commas or spaces between them; none if one is malformed. */
export const webhookSecrets: Parse<ReadonlyArray<WebhookSecret>> = raw =>
  Option.all(
    raw
      .split(/[\s,]+/)
      .filter(part => part !== "")
      .map(webhookSecret)
  ).pipe(Option.filter(secrets => secrets.length > 0))

const webhookSecret = (raw: string): Option.Option<WebhookSecret> => {
  const bytes = Either.getRight(Encoding.decodeBase64(raw.replace(/^wh(sec|pk)_/, "")))
  if (raw.startsWith("whsec_"))
    return Option.filterMap(bytes, key =>
      key.length > 0 ? Option.some({ _tag: "Hmac", key: Redacted.make(key) } as const) : Option.none()
    )
  if (raw.startsWith("whpk_"))
    return Option.filterMap(bytes, publicKey =>
      publicKey.length === 32 ? Option.some({ _tag: "Ed25519", publicKey } as const) : Option.none()
    )
  return Option.none()
}

const parsed = <A>(
  name: string,
  expected: string,
  parse: Parse<A>,
  raw: string
): Either.Either<A, ConfigError.ConfigError> =>
  Either.fromOption(parse(raw), () => ConfigError.InvalidData([name], `expected ${expected}`))
