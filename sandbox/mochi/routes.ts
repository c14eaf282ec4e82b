import { Option } from "effect"

export const OPERATIONS = [
  "health",
  "profileByDiscord",
  "profile",
  "applications",
  "vaults",
  "balances",
  "createTransferRequest",
  "transferRequests",
  "approve",
  "reject",
  "request"
] as const

export type Operation = (typeof OPERATIONS)[number]

export interface RouteParams {
  readonly profileId: string
  readonly discordId: string
  readonly applicationId: string
  readonly vaultProfileId: string
  readonly code: string
}

export interface Route {
  readonly operation: Operation
  /** which API answers: Pay says `{error}`, Profile says `{message}` */
  readonly api: "pay" | "profile"
  readonly auth: "none" | "bearer" | "signed"
  readonly params: RouteParams
}

export type Routed = { readonly _tag: "Found"; readonly route: Route } | { readonly _tag: "WrongMethod" }

/** `None` for a path that Mochi does not have. Segments arrive still percent-encoded. */
export const route = (method: string, path: string): Option.Option<Routed> => {
  const matches = TABLE.flatMap(entry =>
    Option.match(matchPath(entry.path, path), { onNone: () => [], onSome: params => [{ entry, params }] })
  )
  const found = matches.find(match => match.entry.method === method)
  if (found !== undefined) {
    const { operation, api, auth } = found.entry
    return Option.some({ _tag: "Found", route: { operation, api, auth, params: found.params } })
  }
  return matches.length > 0 ? Option.some({ _tag: "WrongMethod" }) : Option.none()
}

interface Entry {
  readonly operation: Operation
  readonly method: "GET" | "POST"
  readonly api: "pay" | "profile"
  readonly auth: "none" | "bearer" | "signed"
  readonly path: string
}

const APPS = "/api/v1/profiles/:profileId/applications"
const VAULTS = `${APPS}/:applicationId/vaults`
const TRANSFERS = `${VAULTS}/:vaultProfileId/transfer-requests`
const DECISION = `${APPS}/:applicationId/requests/:code`

const entry = (
  operation: Operation,
  method: Entry["method"],
  api: Entry["api"],
  auth: Entry["auth"],
  path: string
): Entry => ({ operation, method, api, auth, path })

const TABLE: ReadonlyArray<Entry> = [
  entry("health", "GET", "pay", "none", "/health"),
  entry("profileByDiscord", "GET", "profile", "bearer", "/api/v1/profiles/get-by-discord/:discordId"),
  entry("profile", "GET", "profile", "bearer", "/api/v1/profiles/:profileId"),
  entry("applications", "GET", "pay", "bearer", APPS),
  entry("vaults", "GET", "pay", "bearer", VAULTS),
  entry("balances", "GET", "pay", "bearer", `${VAULTS}/:vaultProfileId/balances`),
  entry("createTransferRequest", "POST", "pay", "bearer", TRANSFERS),
  entry("transferRequests", "GET", "pay", "bearer", TRANSFERS),
  entry("approve", "POST", "pay", "signed", `${DECISION}/approved`),
  entry("reject", "POST", "pay", "signed", `${DECISION}/rejected`),
  entry("request", "GET", "pay", "signed", "/api/v1/applications/:applicationId/requests/:code")
]

const matchPath = (template: string, path: string): Option.Option<RouteParams> => {
  const wanted = template.split("/")
  const segments = path.split("/")
  if (wanted.length !== segments.length) {
    return Option.none()
  }
  const params: Record<string, string> = {}
  for (const [index, part] of wanted.entries()) {
    const segment = segments[index] ?? ""
    if (part.startsWith(":")) {
      const decoded = decodeSegment(segment)
      if (decoded === "") {
        return Option.none()
      }
      params[part.slice(1)] = decoded
    } else if (part !== segment) {
      return Option.none()
    }
  }
  return Option.some({
    profileId: params["profileId"] ?? "",
    discordId: params["discordId"] ?? "",
    applicationId: params["applicationId"] ?? "",
    vaultProfileId: params["vaultProfileId"] ?? "",
    code: params["code"] ?? ""
  })
}

const decodeSegment = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    // no id has a broken escape, so the answer is 404
    return ""
  }
}
