import { applicationRoutes } from "./routes/applicationRoutes.ts"
import { commandRoutes } from "./routes/commandRoutes.ts"
import { dmRoutes } from "./routes/dmRoutes.ts"
import { interactionRoutes } from "./routes/interactionRoutes.ts"
import { messageRoutes } from "./routes/messageRoutes.ts"
import type { Route } from "./routes/Route.ts"

export type Match =
  | { readonly _tag: "Found"; readonly route: Route; readonly params: ReadonlyMap<string, string> }
  | { readonly _tag: "NotFound" }
  | { readonly _tag: "WrongMethod" }

const compiled = [
  ...applicationRoutes,
  ...commandRoutes,
  ...dmRoutes,
  ...interactionRoutes,
  ...messageRoutes
].map(route => ({ route, segments: route.template.split("/") }))

/** `path` is the part after the API version. Routes with literal segments come first, so these win over parameters. */
export const findRoute = (method: string, path: string): Match => {
  const wanted = path.split("/").map(decoded)
  let pathMatches = false
  for (const { route, segments } of compiled) {
    const params = matchSegments(segments, wanted)
    if (params === undefined) continue
    if (route.method === method) return { _tag: "Found", route, params }
    pathMatches = true
  }
  return { _tag: pathMatches ? "WrongMethod" : "NotFound" }
}

const decoded = (segment: string) => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

const matchSegments = (segments: ReadonlyArray<string>, wanted: ReadonlyArray<string>) => {
  if (segments.length !== wanted.length) return undefined
  const params = new Map<string, string>()
  for (const [index, segment] of segments.entries()) {
    const part = wanted[index] ?? ""
    if (!segment.startsWith("{")) {
      if (segment !== part) return undefined
      continue
    }
    const name = segment.slice(1, -1)
    const isId = name.endsWith("_id")
    if (isId ? !/^\d{1,20}$/.test(part) : part === "") return undefined
    params.set(name, part)
  }
  return params
}
