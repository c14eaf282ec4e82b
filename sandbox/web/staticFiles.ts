import { readFile, readdir } from "node:fs/promises"
import { stripTypeScriptTypes } from "node:module"
import { extname } from "node:path"
import { Effect, Option } from "effect"

export interface StaticFile {
  readonly contentType: string
  readonly body: string
}

export type FindFile = (path: string) => Effect.Effect<Option.Option<StaticFile>>

const folder = new URL("./static/", import.meta.url)

/**
 * The files of the page. Its scripts are TypeScript like everything else: the server strips the types, as Node does for
 * our own modules, so that there is nothing to build. The page can load only files that are in the folder at the start.
 */
export const make: Effect.Effect<FindFile> = Effect.gen(function* () {
  const names = new Set(yield* Effect.promise(() => readdir(folder)))
  return Effect.fnUntraced(function* (path: string) {
    const name = path === "/" ? "index.html" : path.slice(1)
    const contentType = contentTypes[extname(name)]
    if (!names.has(name) || contentType === undefined) return Option.none()
    const text = yield* Effect.promise(() => readFile(new URL(name, folder), "utf8"))
    return Option.some({ contentType, body: name.endsWith(".ts") ? stripTypeScriptTypes(text) : text })
  })
})

const contentTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".ts": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml"
}
