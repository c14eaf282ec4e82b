import { it } from "@effect/vitest"
import { FastCheck as fc, Option } from "effect"
import { expect } from "vitest"
import { expandPath } from "../../../src/adapters/mochi/pathSegment.ts"

it("Values are percent-encoded into their places", () => {
  expect(expandPath("/profiles/{a}/requests/{b}", { a: "1/2?#", b: "ü %" })).toEqual(
    Option.some("/profiles/1%2F2%3F%23/requests/%C3%BC%20%25")
  )
})

it.each(["", ".", "..", "\ud800", "a\udc00b"])("The value %j is refused", value => {
  expect(expandPath("/profiles/{a}", { a: value })).toEqual(Option.none())
})

it("A value that is not given is refused", () => {
  expect(expandPath("/profiles/{a}", {})).toEqual(Option.none())
})

it("Whatever the value, the URL keeps its shape and gives the value back", () => {
  const value = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({
      unit: fc.constantFrom(".", "/", "%", "2", "e", "\\", "?", "#", "\ud800", "@", ":", "\r", "\n")
    })
  )
  fc.assert(
    fc.property(value, typed => {
      const path = expandPath("/api/v1/profiles/{id}/applications", { id: typed })
      if (Option.isNone(path)) return /^\.{0,2}$/.test(typed) || !typed.isWellFormed()
      const url = new URL(`https://mochi.example${path.value}`)
      const [, , , profiles, id, applications, ...more] = url.pathname.split("/")
      expect([url.host, profiles, applications, more, url.search, url.hash]).toEqual([
        "mochi.example",
        "profiles",
        "applications",
        [],
        "",
        ""
      ])
      return decodeURIComponent(id ?? "") === typed
    }),
    { numRuns: 5000 }
  )
})
