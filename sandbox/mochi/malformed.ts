import type { Fault } from "./Faults.ts"
import type { Json } from "./Json.ts"
import type { Outgoing } from "./Server.ts"

type Malformation = Extract<Fault, { readonly _tag: "Malformed" }>["kind"]

/** The answer of `status` with `body` as a broken backend, or a proxy before it, might send it. */
export const malform = (kind: Malformation, status: number, body: Json): Outgoing => {
  const json = JSON.stringify(body)
  switch (kind) {
    case "html":
      return answer(status, "text/html; charset=utf-8", HTML)
    case "empty":
      return answer(status, "application/json", "")
    case "huge":
      return { _tag: "Huge", status, bytes: HUGE_BYTES }
    case "wrongTypes":
      return answer(status, "application/json", JSON.stringify(wrongTypes(body)))
    case "truncated":
      return answer(status, "application/json", json.slice(0, Math.ceil(json.length / 2)))
    case "cut":
      return { _tag: "Cut", status, body: json }
  }
}

export const withoutCode = (body: Json): Json =>
  mapObject(body, (key, value) =>
    key === "data"
      ? [key, mapObject(value, (name, inner) => (name === "code" ? [] : [name, inner]))]
      : [key, value]
  )

const HUGE_BYTES = 32 * 1024 * 1024

const HTML = "<!doctype html><html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"

const answer = (status: number, type: string, body: string): Outgoing => ({
  _tag: "Answer",
  status,
  headers: { "content-type": type },
  body
})

/** The same structure with an object as every leaf, instead of a string or a number. */
const wrongTypes = (value: Json): Json => {
  if (isList(value)) {
    return value.map(wrongTypes)
  }
  return typeof value === "object" && value !== null
    ? mapObject(value, (key, inner) => [key, wrongTypes(inner)])
    : { unexpected: true }
}

const mapObject = (
  value: Json,
  change: (key: string, value: Json) => readonly [string, Json] | readonly []
): Json =>
  typeof value === "object" && value !== null && !isList(value)
    ? Object.fromEntries(
        Object.entries(value).flatMap(([key, inner]) => {
          const [name, changed] = change(key, inner)
          return name === undefined || changed === undefined ? [] : [[name, changed] as const]
        })
      )
    : value

const isList = (value: Json): value is ReadonlyArray<Json> => Array.isArray(value)
